"""What Flower must know to see Crossfoot's workers: its keys in the broker bear a prefix.

celery --broker=$CROSSFOOT_BROKER_URL --config=crossfoot_flower flower    (in this folder)
"""

broker_transport_options = {"global_keyprefix": "crossfoot."}
accept_content = ["json"]

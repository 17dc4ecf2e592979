"""What Flower must know to see Crossfoot's workers: its keys in the broker bear a prefix.

celery --broker=$CROSSFOOT_BROKER_URL --config=crossfoot_flower flower    (from the folder of this file)
"""

broker_transport_options = {"global_keyprefix": "crossfoot."}
accept_content = ["json"]

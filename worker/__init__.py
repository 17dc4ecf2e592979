"""How a document is read: the stages, in the order that a document takes them.

pdf → textlayer | scan → grid → stitch → draft → crossfoot; ``extract`` runs them all.
"""

"""What is known of documents, steps, results, people: rows of one SQL database.

``states`` says which changes of state there are; ``tables`` what the rows are; every other
module is one kind of row with the few transactions that touch it.
"""

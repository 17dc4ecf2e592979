"""Files by the hash of their content: originals, pages as read, results."""

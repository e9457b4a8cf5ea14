"""The walk `verify`: an archive is looked through part by part, each finding told as it is made and repaired where the
rest of the archive says how.

The catalog comes first, as the others are compared with it. All of it goes on while others write: what looks wrong is
looked at once more, since a document may have been added, changed or purged between two looks.
"""

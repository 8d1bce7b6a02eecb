"""PDF: papers and label sheets as files, set by typst in a child process.

`press.pdf` takes a template of ours, data and pictures, and answers the file. What anybody wrote goes over as
JSON and is never markup; the child sees one folder that is made for it and is gone afterwards.
"""

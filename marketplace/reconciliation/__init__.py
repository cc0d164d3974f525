"""Does everything agree? The books against themselves and against the rows of the business."""

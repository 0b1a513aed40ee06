"""What drawn data sets of several tasks share. numpy and Pillow; knows no task."""

"""Reports on paper: the parts drawn with ReportLab, tagged by `kjerne.pdf`."""

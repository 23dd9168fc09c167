"""The bench: the program against a bare page that shows the same, and a million cases against ten thousand."""

"""What a drawn library is made of: words, coined names, ways of writing, ways of putting folders into folders."""

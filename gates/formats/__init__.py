"""Ways of telling a verdict, one file each; the file's name is what `--format` takes."""

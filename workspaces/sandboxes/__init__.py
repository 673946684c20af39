"""The sandboxes: one file each; a command line becomes a confined one."""

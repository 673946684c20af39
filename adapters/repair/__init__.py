"""The search behind the embedded model: where the fault may be, what could mend it, and in which order to try."""

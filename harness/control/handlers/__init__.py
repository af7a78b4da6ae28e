"""The coroutines of the verbs, as the table of verbs names them; they run in the bench's thread."""

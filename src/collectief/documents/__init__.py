"""Letters: typeset on demand, numbered so that anybody can check them, gone after their term (law 9)."""

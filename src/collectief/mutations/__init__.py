"""The corridor every change walks: shape, facts, judgement, record, effects; its table and its transitions."""

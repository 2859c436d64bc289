DROP FUNCTION person_ensure, register_answers, register_keep, register_forget;
DROP FUNCTION scope_insurer;

"""How fast is it? The hot paths beside the least that Flask and psycopg can do, in one run; books checked after."""

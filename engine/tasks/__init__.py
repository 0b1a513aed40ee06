"""One package per task; `catalog` finds them, `contract` says what each must offer."""

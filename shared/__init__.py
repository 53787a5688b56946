"""What every service needs and none of them owns: the schema, the messages, the belt, the store's tables."""

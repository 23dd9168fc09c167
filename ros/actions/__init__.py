"""What can be done with risk analyses: one function per thing a person does. All writing happens here."""

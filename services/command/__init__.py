"""The wireroom command: composes the services; every verb that an operator types.

    app: the verb at hand ▶ its module, as `app.VERBS` names it

feeds/, …_verbs, …_store  verbs, and what they do to the store
run, supervisor, workers  the embedded run, and its processes
servers/                  the launcher of the bundled server
samples/, sampling        titles that are polled where no feeds are given
read, record, readable    what the store holds, read and shown
look, documents           feeds and pages looked at without a store; with asking, ruling
console, options          what verbs have in common
"""

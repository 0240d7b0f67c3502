"""Tasks that a scripted agent does over the sandbox, with answers that can be checked.

A task is a goal in words, a script for Pentad, a script for the bridge that is generated from the same
contracts, and what is right by the sandbox's own objects. `python -m benchmarks.tasks` does all of them in
each exposure mode and over the bridge; `python -m benchmarks.tasks claribi omiq.tagged` does those of an area
or of a name, and shows every call and answer. A module per area, its tasks written like this:

    def last_completed(sandbox: Sandbox) -> object:
        done = [one for one in state(sandbox).reports.values() if one.settled == "completed"]
        ...

    @task("steps", "Which completed clariBI report was made last, and whose is it?", expects=last_completed)
    async def newest(agent: Agent) -> object:
        listed = await agent.call("claribi_list_reports", "list reports and their status", limit=1000)
        told = await agent.call("query_results", sql=f"SELECT ... FROM {listed['more']['result']} ...")
        return told["rows"][0]

    @newest.bridged
    async def _(bridge: Bridge) -> object:
        told = await bridge.call("claribi_list_reports", page_size=100)
        ...

* The sort is `single` (one call is enough), `steps` (several that build on each other), `across` (several
  platforms), `faults` (platforms that fail in passing) or `writes`.
* A script is what a competent agent does with as few calls as it can. What it uses it has from the goal or
  from what `call` returned: the text that the model reads, decoded. Nothing else of the sandbox is in reach.
* The words after the name are what the model would look for where the operation is no tool of its own: it
  then asks `find_operations` with them, and has failed if the answer does not have the operation. The seven
  verbs need no words.
* `expects` is looked at when the script is through, on the sandbox it was done over. It reads state and seed,
  never through a client. Answers are compared as a reader would: an id, or an amount, is the same as number
  and as text.
* State that is not what it was before has to be named in `changes`, as patterns of its paths such as
  `optimized.batches.0.*`, and each pattern must have met a change: nothing else may change, and in a reading
  task nothing at all. What every call leaves behind passes (`passing.PASSING`).
* `befalls` is done to the sandbox before the script begins: faults, or a knob of its state.
* `user` is asked before something reaches people: `agrees` unless given. `reading(...)` agrees to a preview
  that has all of the words, `declines` never; with either the task counts only if the user was asked. `None`
  cannot be asked, so that the answer is a plan for `apply_plan`.
* `allow` are effects that the user's settings allow beside reads and writes, `enable` operations that are off
  unless they name them.
* A call that fails ends the task. Where the goal has a failure in it, `refused` returns what was said.
* `wait` moves the clock that the platforms live by; nothing takes real time. Pentad waits by itself.
* The bridge's `insist` is a call that is tried again after a while.
* `unbridged` says in words why the bridge cannot do it, after it was tried; it then has no script.
"""

"""A front desk gone mad: random commands on the same few people, rooms and hours.

Whatever several desks do at once, nothing may come of it but visits and refusals. `house.py` is
where it happens, `commands.py` what is done, `worker.py` one desk, `aftermath.py` the judgement.
"""

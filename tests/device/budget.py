"""fit_budget: what it proposes, that it keeps to the budget, and that it changes nothing."""

import octograd as og

SHAPE = (14, 14, 1)


def make():
    """Return a net that is not built."""
    return og.Sequential(
        og.Conv2D(8, 3, strides=2, padding="same", activation=og.relu),
        og.Residual([og.DepthwiseConv2D(3, padding="same", activation=og.relu), og.Conv2D(8, 1)]),
        og.Conv2D(16, 3, strides=2, padding="same", activation=og.relu, trainable=False),
        og.Flatten(),
        og.Dense(12, og.relu),
        og.Dense(10),
    )


def refused(text, net, **options):
    """Print why a budget is refused."""
    try:
        print(text, og.fit_budget(net, **options), "WRONG")
    except (TypeError, ValueError) as e:
        print(text, e)


net = make()
print(og.fit_budget(net, input_shape=SHAPE))
flags = [layer.trainable for layer in net.weighted]
refused("not built", net, ram=10000)
net.build(SHAPE, seed=3)
digest = net.digest()
for ram in (None, 6000, 7500, 20000):
    for macs in (None, 20000, 45000, 80000, 150000):
        for options in ({}, {"momentum": True, "batch": 4}):
            try:
                budget = og.fit_budget(net, ram=ram, macs=macs, **options)
            except ValueError as e:
                print(ram, macs, e)
                continue
            print(ram, macs, budget.until, budget.partial, budget.ram, budget.macs)
            fits = (ram is None or budget.ram <= ram) and (macs is None or budget.macs <= macs)
            print("fits", fits or "WRONG", len(budget.choices))
print(og.fit_budget(net, ram=20000, macs=60000))
print("unchanged", flags == [layer.trainable for layer in net.weighted] or "WRONG")
print("unchanged", digest == net.digest() or "WRONG")

# What is proposed is what a training takes.
budget = og.fit_budget(net, ram=20000, macs=75000)
net.freeze(until=budget.until)
partial = budget.partial
trainer = og.Trainer(net, og.SoftmaxCrossEntropy(), og.SGD(1 / 64), partial=partial)
for i in range(20):
    trainer.step(bytes([(i * k) % 128 for k in range(196)]), i % 10)
report = trainer.report()
print("a step", (report.forward + report.done) // 20 <= budget.macs or "WRONG")
plan = net.plan(training=True, partial=partial is not None)
print("memory", plan.ram == budget.ram or "WRONG", budget.ram)

# Refusals.
for value in (0, -1, 1.5, "1", 2**30 + 1):
    refused("ram", net, ram=value)
    refused("macs", net, macs=value)
for value in (None, og.Sequential, [og.Dense(3)]):
    try:
        og.fit_budget(value, ram=1000)
        print("net WRONG")
    except TypeError as e:
        print("net", str(e).split("got")[0])

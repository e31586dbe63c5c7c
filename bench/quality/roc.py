"""How well scores tell what is strange from what is normal."""


def area(scores, labels):
    """
    Return the area under the ROC curve (AUC): how often the stranger of two scores higher.

    Args:
        scores: Of all samples.
        labels: 0 of a normal sample, else 1.
    """
    pairs = sorted(zip(scores, labels))
    strange = sum([label > 0 for label in labels])
    wins = below = i = 0
    while i < len(pairs):
        alike = [0, 0]  # normal and strange ones of this score
        score = pairs[i][0]
        while i < len(pairs) and pairs[i][0] == score:
            alike[pairs[i][1] > 0] += 1
            i += 1
        wins += alike[1] * (2 * below + alike[0])
        below += alike[0]
    return wins / (2 * strange * (len(pairs) - strange))

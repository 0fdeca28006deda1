"""Finding, masking and guarding personal data in Chinese and English.

The path of one text, all of it pure (no Django, clock, network or disk after the import):

    normalise   full-width, spelt-out digits, Traditional forms, hidden characters; offsets kept
    view        what every recogniser asks of a text, worked out once
    recognisers one file per document or fact, each with its check digit and its context
    conflicts   two readings of one span: check digit, then context, then specificity
    masking     placeholders towards a model, masks towards a person, nothing towards a log
    guard       the same decision on a stream of chunks, before bytes leave
    secrets     what must never be stored (PIN, OTP, CVV ...), dropped with a visible marker
    evaluation  the measurements that `evaluate pii|secrets|promises` prints

Start with `engine.detector().find(text)`. `docs/pii.md` lists types, formats and limits.

The recognisers are presidio recognisers (`EntityRecognizer`), so they also run inside a stock
`AnalyzerEngine` (`presidio.analyzer_engine()`), and presidio's own run inside ours
(`recognisers/adopted.py`). No model is loaded and nothing is fetched.
"""

"""The answers an action can give besides doing it."""


class Refused(Exception):
    """The office says no, and says why: the sentence is shown to the person as it stands.

    `field` names the form field it is about, where there is one. `told`: the page says the sentence.
    """

    status = 422
    told = True

    def __init__(self, sentence: str, field: str = ""):
        super().__init__(sentence)
        self.field = field


class NotYours(Refused):
    """The person may see it, the step is another's."""

    status = 403


class NotThere(Refused):
    """It does not exist, or this person may not know that it does.

    The page says no more than that, unless `told`: the sentence gives away nothing about what there is.
    """

    status = 404

    def __init__(self, sentence: str, *, told: bool = False):
        super().__init__(sentence)
        self.told = told


class Overtaken(Refused):
    """The matter is no longer where the step begins: someone was faster."""

    status = 409


class TooMany(Refused):
    """Too many tries: come back in `wait` seconds."""

    status = 429

    def __init__(self, sentence: str, wait: int):
        super().__init__(sentence)
        self.wait = wait


class NoRoom(Refused):
    """The disk is nearly full: no more files, so that the database can go on."""

    status = 507

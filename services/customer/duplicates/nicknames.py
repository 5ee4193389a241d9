"""Nicknames: short forms of given names, and how friends are called in Chinese."""

from collections.abc import Iterator

_SHORT = """
abigail abby gail; albert al bert; alexander alex sasha xander sandy; alexandra alex sasha sandy; alfred alf
fred; amanda mandy; andreas andi; andrew andy drew; angela angie; anna annie anya; anthony tony; antonio
toni tonio; arthur art; barbara barb babs; benjamin ben benny; bernard bernie; catherine cathy kate katie;
charles charlie chuck; charlotte lottie; christina tina chris; christine chris tina; christopher chris kit;
cynthia cindy; daniel dan danny; david dave davy; deborah deb debbie; dmitri dima mitya; donald don; dorothy
dot dottie; edward ed eddie ted ned; eleanor ellie nell; elizabeth liz beth betty lizzie eliza; emily em;
eugene gene; florence flo; frances fran; francis frank; francisco paco pancho; franklin frank; frederick
fred freddie; gabriel gabe; gerald gerry jerry; gregory greg; giuseppe beppe peppe; hans hansi; harold harry
hal; heinrich heiner heinz; henry harry hank; isabella bella izzy; jacob jake; jacqueline jackie; james jim
jimmy jamie; janet jan; jeffrey jeff; jennifer jen jenny; jessica jess; johann hans; johannes hannes hans;
john jack johnny; jonathan jon; jose pepe; joseph joe joey; josephine jo josie; joshua josh; judith judy;
karl kalle; katherine kate kathy katie kitty; katharina kathi; kenneth ken; lawrence larry; leonard len leo;
louis lou; ludwig lutz; manuel manny; margaret maggie meg peggy greta; maria mia; mariya masha; martha
marty; martin marty; matthew matt; matthias matze; maximilian max; michael mike mick mickey mikey; mikhail
misha; mohammed mohammad muhammad; nathaniel nate nat; nicholas nick nicky; nikolai kolya; norman norm;
oliver ollie; pamela pam; patricia pat patty trish; patrick pat paddy; peter pete; philip phil; raymond ray;
rebecca becky becca; richard rick dick rich ricky; robert bob bobby rob robbie bert; roberto beto; roland
rolly; ronald ron; rosemary rose rosie; rudolf rudi; russell russ; samantha sam; samuel sam sammy; sebastian
basti seb; sergei seryozha; stanley stan; stephanie steph steffi; stephen steve; steven steve; susan sue
suzie; tatiana tanya; theodore ted theo teddy; theresa terry tess; thomas tom tommy; timothy tim; ulrich
uli; victoria vicky tori; vincent vince; virginia ginny; vladimir volodya vova; walter walt; wilhelm willi;
william bill billy will liam; yekaterina katya; yevgeny zhenya; zachary zach
"""
PREFIXES = frozenset("小阿老")  # 小张, 阿伟, 老王


def _long() -> Iterator[tuple[str, str]]:
    for line in _SHORT.split(";"):
        full, *short = line.split()
        yield from ((each, full) for each in short)


_FULL: dict[str, tuple[str, ...]] = {}
for _nick, _name in _long():
    _FULL[_nick] = (*_FULL.get(_nick, ()), _name)


def full_names(given: str) -> tuple[str, ...]:
    """Return the given names that a folded one may stand for, itself among them: bob is bob or robert."""
    return (given, *_FULL.get(given, ()))


def short_forms(full: str) -> tuple[str, ...]:
    """Return the well-known nicknames of a folded given name."""
    return tuple(nick for nick, names in _FULL.items() if full in names)

"""The months, as the languages of the press write them in dates: nominative, genitive and short. Pure."""

_NAMES = (
    # en, de, fr, es, it, nl, pt | ru, uk | pl, cs | sv, da, no, fi | tr, id | ro, hu, el, hi, ar
    "jan january janv janvier januar jän jänner enero ene gennaio gen januari janeiro "
    "янв январь января січ січень січня sty styczeń stycznia leden ledna tammikuu tammikuuta tammi ocak oca "
    "ianuarie ian január ιανουάριος ιανουαρίου ιαν जनवरी يناير",
    "feb february fév févr février fevrier februar febrero febbraio februari fev fevereiro "
    "фев февр февраль февраля лют лютий лютого lut luty lutego únor února helmikuu helmikuuta helmi şubat şub "
    "februarie február febr φεβρουάριος φεβρουαρίου φεβ फरवरी فبراير",
    "mar march mars mär märz maerz marzo maart mrt março marco "
    "мар март марта бер березень березня marzec marca březen března marts maaliskuu maaliskuuta maalis mart maret "
    "martie március márc μάρτιος μαρτίου μαρ मार्च مارس",
    "apr april avr avril abr abril aprile "
    "апр апрель апреля квіт квітень квітня kwi kwiecień kwietnia duben dubna huhtikuu huhtikuuta huhti nisan nis "
    "aprilie április ápr απρίλιος απριλίου απρ अप्रैल أبريل ابريل",
    "may mai mayo maggio mag mei maio "
    "май мая трав травень травня maj maja květen května toukokuu toukokuuta touko mayıs "
    "május máj μάιος μαΐου μαϊ मई مايو",
    "jun june juin juni junio giugno giu junho "
    "июн июнь июня черв червень червня cze czerwiec czerwca červen června kesäkuu kesäkuuta kesä haziran haz "
    "iunie iun június jún ιούνιος ιουνίου ιουν जून يونيو",
    "jul july juil juillet juli julio luglio lug julho "
    "июл июль июля лип липень липня lip lipiec lipca červenec července heinäkuu heinäkuuta heinä temmuz tem "
    "iulie iul július júl ιούλιος ιουλίου ιουλ जुलाई يوليو",
    "aug august août aout agosto ago augustus "
    "авг август августа серп серпень серпня sie sierpień sierpnia srpen srpna augusti elokuu elokuuta elo ağustos "
    "ağu agustus agu augusztus αύγουστος αυγούστου αυγ अगस्त أغسطس اغسطس",
    "sep sept september septembre septiembre settembre set setembro "
    "сен сент сентябрь сентября вер вересень вересня wrz wrzesień września září syyskuu syyskuuta syys eylül eyl "
    "septembrie szeptember szept σεπτέμβριος σεπτεμβρίου σεπ सितंबर سبتمبر",
    "oct october octobre okt oktober octubre ottobre ott out outubro "
    "окт октябрь октября жовт жовтень жовтня paź październik października říjen října lokakuu lokakuuta loka ekim "
    "eki octombrie október οκτώβριος οκτωβρίου οκτ अक्टूबर अक्तूबर أكتوبر اكتوبر",
    "nov november novembre noviembre novembro "
    "ноя нояб ноябрь ноября лист листопад листопада listopad listopada listopadu lis marraskuu marraskuuta marras "
    "kasım kas noiembrie νοέμβριος νοεμβρίου νοε नवंबर نوفمبر",
    "dec december déc décembre decembre dez dezember diciembre dic dicembre dezembro "
    "дек декабрь декабря груд грудень грудня gru grudzień grudnia prosinec prosince desember des joulukuu "
    "joulukuuta joulu aralık ara desember decembrie δεκέμβριος δεκεμβρίου δεκ दिसंबर ديسمبر",
)
_NUMBERS = {name: number for number, names in enumerate(_NAMES, start=1) for name in names.split()}


def month_number(text: str) -> int | None:
    """Return the number of a month that is written as a number or a name, None if it is neither.

    >>> month_number("Abril"), month_number("04"), month_number("abrigo") is None
    (4, 4, True)
    """
    return int(text) if text.isdigit() else _NUMBERS.get(text.lower().rstrip("."))

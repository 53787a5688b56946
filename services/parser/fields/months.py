"""The months, as the languages of the press write them in dates: nominative, genitive and short. Pure."""

_NAMES = (
    # en, de, fr, es, it, nl, pt | ru, uk | pl, cs | sv, da, no, fi | tr, id | ro, hu, el, hi, ar |
    # he, ur, bn, th, ca, is, tl, sw, hr, sk, be, lt, lv, et, ms, ar (Levant, Maghreb), fa, bg, sr, sl
    "jan january janv janvier januar jän jänner enero ene gennaio gen januari janeiro "
    "янв январь января січ січень січня sty styczeń stycznia leden ledna tammikuu tammikuuta tammi ocak oca "
    "ianuarie ian január ιανουάριος ιανουαρίου ιαν γεν जनवरी يناير "
    "ינואר בינואר جنوری জানুয়ারি มกราคม ม.ค gener janúar enero siječnja siječanj januára студзеня "
    "sausio janvāris janvārī jaanuar januari جانفي ژانویه януари јануар јануара januarja "
    "led sij jaan јан जन 一月",
    "feb february fév févr février fevrier februar febrero febbraio februari fev fevereiro "
    "фев февр февраль февраля лют лютий лютого lut luty lutego únor února helmikuu helmikuuta helmi şubat şub "
    "februarie február febr φεβρουάριος φεβρουαρίου φεβ φεβρ फरवरी فبراير "
    "פברואר בפברואר فروری ফেব্রুয়ারি กุมภาพันธ์ ก.พ febrer febrúar pebrero veljače veljača februára "
    "лютага vasario februāris februārī veebruar فيفري شباط فوریه февруари фебруар фебруара februarja "
    "úno velj veebr феб фев फर 二月",
    "mar march mars mär märz maerz marzo maart mrt mrz março marco "
    "мар март марта бер березень березня marzec marca březen března marts maaliskuu maaliskuuta maalis mart maret "
    "martie március márc μάρτιος μαρτίου μαρ μάρ मार्च مارس "
    "מרץ במרץ מרס במרס مارچ মার্চ มีนาคม มี.ค març marso machi ožujka ožujak marca сакавіка kovo "
    "marts märts mac آذار مارس марта "
    "bře ožu 三月",
    "apr april avr avril abr abril aprile "
    "апр апрель апреля квіт квітень квітня kwi kwiecień kwietnia duben dubna huhtikuu huhtikuuta huhti nisan nis "
    "aprilie április ápr απρίλιος απριλίου απρ अप्रैल أبريل ابريل "
    "אפריל באפריל اپریل এপ্রিল เมษายน เม.ย abril apríl aprili travnja travanj apríla красавіка "
    "balandžio aprīlis aprīlī aprill نيسان أفريل آوریل април априла aprila "
    "dub tra 四月",
    "may mai mayo maggio mag mei maio "
    "май мая трав травень травня maj maja květen května toukokuu toukokuuta touko mayıs "
    "május máj μάιος μαΐου μαϊ μάι μαι मई مايو "
    "מאי במאי مئی মে พฤษภาคม พ.ค maig maí mayo mei svibnja svibanj mája траўня gegužės maijs maijā "
    "mai أيار مه maj "
    "kvě svi мај 五月",
    "jun june juin juni junio giugno giu junho "
    "июн июнь июня черв червень червня cze czerwiec czerwca červen června kesäkuu kesäkuuta kesä haziran haz "
    "iunie iun június jún ιούνιος ιουνίου ιουν ιούν जून يونيو "
    "יוני ביוני جون জুন มิถุนายน มิ.ย juny júní hunyo lipnja lipanj júna чэрвеня birželio jūnijs "
    "jūnijā juuni حزيران جوان ژوئن юни јун јуна junija "
    "čvn 六月",
    "jul july juil juillet juli julio luglio lug julho "
    "июл июль июля лип липень липня lip lipiec lipca červenec července heinäkuu heinäkuuta heinä temmuz tem "
    "iulie iul július júl ιούλιος ιουλίου ιουλ ιούλ जुलाई يوليو "
    "יולי ביולי جولائی জুলাই กรกฎาคม ก.ค juliol júlí hulyo julai srpnja srpanj júla ліпеня liepos "
    "jūlijs jūlijā juuli تموز جويلية ژوئیه юли јул јула julija "
    "čvc जुल 七月",
    "aug august août aout agosto ago augustus "
    "авг август августа серп серпень серпня sie sierpień sierpnia srpen srpna augusti elokuu elokuuta elo ağustos "
    "ağu agustus agu augusztus αύγουστος αυγούστου αυγ αύγ अगस्त أغسطس اغسطس "
    "אוגוסט באוגוסט اگست আগস্ট สิงหาคม ส.ค agost ágúst agosti kolovoza kolovoz augusta жніўня "
    "rugpjūčio augusts augustā ogos آب أوت اوت август августа avgust avgusta "
    "kol अग 八月",
    "sep sept september septembre septiembre settembre set setembro "
    "сен сент сентябрь сентября вер вересень вересня wrz wrzesień września září syyskuu syyskuuta syys eylül eyl "
    "septembrie szeptember szept σεπτέμβριος σεπτεμβρίου σεπ σεπτ सितंबर سبتمبر "
    "ספטמבר בספטמבר ستمبر সেপ্টেম্বর กันยายน ก.ย setembre setyembre septemba rujna rujan septembra "
    "верасня rugsėjo septembris septembrī أيلول سپتامبر септември септембар септембра "
    "zář ruj сеп सित 九月",
    "oct october octobre okt oktober octubre ottobre ott out outubro "
    "окт октябрь октября жовт жовтень жовтня paź październik października říjen října lokakuu lokakuuta loka ekim "
    "eki octombrie október οκτώβριος οκτωβρίου οκτ अक्टूबर अक्तूबर أكتوبر اكتوبر "
    "אוקטובר באוקטובר اکتوبر অক্টোবর ตุลาคม ต.ค október oktubre oktoba októbra кастрычніка spalio "
    "oktobris oktobrī oktoober اکتبر октомври октобар октобра oktobra "
    "říj अक्टू 十月",
    "nov november novembre noviembre novembro "
    "ноя нояб ноябрь ноября лист листопад листопада listopad listopada listopadu lis marraskuu marraskuuta marras "
    "kasım kas noiembrie νοέμβριος νοεμβρίου νοε νοέ नवंबर نوفمبر "
    "נובמבר בנובמבר نومبر নভেম্বর พฤศจิกายน พ.ย novembre nóvember nobyembre novemba studenoga "
    "studeni novembra лістапада lapkričio novembris novembrī نوامبر ноември новембар новембра "
    "stu нов नव 十一月",
    "dec december déc décembre decembre dez dezember diciembre dic dicembre dezembro "
    "дек декабрь декабря груд грудень грудня gru grudzień grudnia prosinec prosince desember des joulukuu "
    "joulukuuta joulu aralık ara desember decembrie δεκέμβριος δεκεμβρίου δεκ दिसंबर ديسمبر "
    "דצמבר בדצמבר دسمبر ডিসেম্বর ธันวาคม ธ.ค desembre desember disyembre desemba disember prosinca "
    "prosinac decembra снежня gruodžio decembris decembrī detsember دسامبر декември децембар "
    "децембра "
    "pro dets дец दिस 十二月",
)
_NUMBERS = {name: number for number, names in enumerate(_NAMES, start=1) for name in names.split()}


def month_number(text: str) -> int | None:
    """Return the number of a month that is written as a number or a name, None if it is neither.

    >>> month_number("Abril"), month_number("04"), month_number("abrigo") is None
    (4, 4, True)
    """
    return int(text) if text.isdigit() else _NUMBERS.get(text.lower().rstrip("."))

"""The days of the week, as the languages of the press write them in running text, words as the fold has them. Pure.

Left out are languages that write them as several words, or with a number that is a word of its own.
"""

from services.indexer.fold.words import words

# en, de, fr, es, it, nl, pt, ca | sv, da and no, fi, is, et | pl, cs, sk, hr, sl | ru, uk, be, bg, sr | tr, id, ms |
# ro, hu, lt, lv, el | ar, hi, bn, ur, ko
_NAMES = """
    monday tuesday wednesday thursday friday saturday sunday
    montag dienstag mittwoch donnerstag freitag samstag sonnabend sonntag
    lundi mardi mercredi jeudi vendredi samedi dimanche
    lunes martes miércoles jueves viernes sábado domingo
    lunedì martedì mercoledì giovedì venerdì sabato domenica
    maandag dinsdag woensdag donderdag vrijdag zaterdag zondag
    segunda terça quarta quinta sexta
    dilluns dimarts dimecres dijous divendres dissabte diumenge
    måndag måndagen tisdag tisdagen onsdag onsdagen torsdag torsdagen fredag fredagen lördag lördagen söndag söndagen
    mandag mandagen tirsdag tirsdagen lørdag lørdagen søndag søndagen
    maanantai maanantaina tiistai tiistaina keskiviikko keskiviikkona torstai torstaina perjantai perjantaina
    lauantai lauantaina sunnuntai sunnuntaina
    mánudag þriðjudag miðvikudag fimmtudag föstudag laugardag sunnudag
    esmaspäev esmaspäeval teisipäev teisipäeval kolmapäev kolmapäeval neljapäev neljapäeval reede reedel laupäev
    laupäeval pühapäev pühapäeval
    poniedziałek wtorek środa środę czwartek piątek sobota sobotę niedziela niedzielę
    pondělí úterý středa středu čtvrtek pátek sobotu neděle neděli
    pondelok utorok streda stredu štvrtok piatok nedeľa nedeľu
    ponedjeljak utorak srijeda srijedu četvrtak petak subota subotu nedjelja nedjelju ponedeljak sreda sredu nedelja
    nedelju ponedeljek torek sreda sredo četrtek petek nedelja nedeljo
    понедельник вторник среда среду четверг пятница пятницу суббота субботу воскресенье
    понеділок вівторок середа середу четвер пʼятниця пʼятницю п'ятниця п'ятницю субота суботу неділя неділю
    панядзелак аўторак серада сераду чацвер пятніца пятніцу субота суботу нядзеля нядзелю
    понеделник вторник сряда четвъртък петък събота неделя
    понедељак уторак среда среду четвртак петак субота суботу недеља недељу
    pazartesi salı çarşamba perşembe cuma cumartesi pazar
    senin selasa rabu kamis jumat sabtu isnin khamis jumaat ahad
    luni marți marţi miercuri joi vineri sâmbătă duminică
    hétfő hétfőn kedd kedden szerda szerdán csütörtök csütörtökön péntek pénteken szombat szombaton vasárnap
    pirmadienis pirmadienį antradienis antradienį trečiadienis trečiadienį ketvirtadienis ketvirtadienį penktadienis
    penktadienį šeštadienis šeštadienį sekmadienis sekmadienį
    pirmdiena pirmdien otrdiena otrdien trešdiena trešdien ceturtdiena ceturtdien piektdiena piektdien sestdiena
    sestdien svētdiena svētdien
    δευτέρα τρίτη τετάρτη πέμπτη παρασκευή σάββατο κυριακή
    الاثنين الإثنين الثلاثاء الأربعاء الاربعاء الخميس الجمعة السبت الأحد الاحد
    सोमवार मंगलवार बुधवार गुरुवार शुक्रवार शनिवार रविवार
    সোমবার মঙ্গলবার বুধবার বৃহস্পতিবার শুক্রবার শনিবার রবিবার
    پیر منگل بدھ جمعرات جمعہ ہفتہ اتوار
    월요일 화요일 수요일 목요일 금요일 토요일 일요일
"""

DAYS = frozenset(words(_NAMES))

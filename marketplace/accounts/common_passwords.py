"""Passwords that are tried first, of those long enough to pass the length rule; lower case.

Drawn from the well-known orders of frequency, keyboard walks and this shop's own words.
"""

COMMON_PASSWORDS = frozenset(
    """
    0000000000 0123456789 0987654321 1111111111 11111111111 111111111111 1111122222 1112131415 1122334455
    11223344556677 1231231231 123123123123 1234123412 12341234123 123412341234 1234509876 1234512345 1234554321
    12345612345 123456123456 1234567890 12345678900 12345678901 123456789012 1234567890123 1234567891 12345678910
    123456789a 123456789abc 123456789q 123456789qwe 123456789s 123456789z 12345678qwerty 1234567qwerty 123456abcdef
    123456qwerty 12345qwert 12345qwerty 123654789a 123698745a 1237895460 123abc456def 123qweasdzxc 1357924680
    1472583690 147258369a 147852369a 1a2b3c4d5e 1a2s3d4f5g 1q2w3e4r5t 1q2w3e4r5t6y 1q2w3e4r5t6y7u 1qa2ws3ed4rf
    1qaz1qaz1qaz 1qaz2wsx3edc 1qaz2wsx3edc4rfv 1qazxsw23edc 1qazzaq11qaz 2222222222 3333333333 4444444444 5555555555
    6666666666 7777777777 8888888888 9876543210 987654321a 9999999999 9999999999a a123456789 a1234567890 a1b2c3d4e5
    a1b2c3d4e5f6 aa12345678 aa123456789 aaaaaaaaaa abc1234567 abc12345678 abc123456789 abc123abc123 abcabcabca
    abcd123456 abcd12345678 abcd1234abcd abcde12345 abcdef1234 abcdef123456 abcdefg123 abcdefghij abcdefghijk
    abcdefghijklm abcdefghijklmnopqrstuvwxyz access1234 adidas1234 admin12345 admin123456 admin123admin adminadmin
    adminadmin1 adminadmin123 administrator administrator1 adrian1234 alejandro1 alexander1 alexander123 alexandra1
    alexandria alexandria1 america123 anderson123 andromeda1 anthony123 apple12345 arsenal123 asdasd123123
    asdasd1234 asdasdasd1 asdasdasdasd asdf123456 asdf1234asdf asdfasdfasdf asdfg12345 asdfghjkl1 asdfghjkl123
    asdfghjkl; asdfghjklz asdfghjklzxcvbnm ashley1234 aston-martin astonvilla austin1234 australia1 autoparts1
    babygirl123 barcelona1 barcelona10 barcelona123 baseball12 baseball123 basketball basketball1 basketball12
    basketball23 batman1234 batman12345 beautiful1 beautiful123 beautifulgirl benjamin123 blackberry blackberry1
    blink182182 blueberry1 bubblegum1 bulldogs123 butterfly1 butterfly12 butterfly123 california california1
    caroline123 carparts123 celticfc1888 challenger challenger1 champion123 changeme12 changeme123 changeme1234
    changemenow charlie123 charlie1234 charlotte1 charlotte123 cheerleader cheesecake chelsea123 chelseafc1
    chevrolet1 chicago123 chocolate1 chocolate12 chocolate123 christian1 christian123 christina1 christine1
    christmas1 christopher christopher1 cinderella cinderella1 coca-cola1 computer12 computer123 connection
    constantine corvette123 cowboys123 creative123 cristiano7 cristianoronaldo crystal123 daniel1234 darkknight
    december12 default123 diamond123 digital123 dolphin123 dolphins123 dragon1234 dragon12345 dragonball dragonball1
    dragonballz dreamer123 eclipse123 einstein123 elephant123 elizabeth1 elizabeth123 england123 estrella123
    eternity123 everything everything1 facebook12 facebook123 familia123 family1234 fernando123 ferrari123
    ferrari458 fireball123 firefighter fireworks1 flower1234 football10 football11 football12 football123
    football1234 forever123 forever1234 forgetmenot formula123 francesco1 francisco1 franklin123 freedom123
    freedom1234 friends123 friendship gabriel123 garfield123 georgia123 gfhjkmgfhjkm gladiator1 goldfish123
    grandma123 greenday123 guitar1234 hamilton123 hannah1234 happiness1 happy12345 happybirthday harley1234
    harleydavidson harrypotter hello-world hello12345 hello123456 hello123hello hellokitty hellokitty1 helloworld
    helloworld1 homesweethome honda-civic honda12345 hunter1234 hurricane1 icecream12 icecream123 iloveyou10
    iloveyou11 iloveyou12 iloveyou123 iloveyou1234 iloveyou22 iloveyoubaby iloveyouforever iloveyoumore iloveyouso
    imissyou123 incorrect1 india12345 internet12 internet123 isabella123 jackass123 jasmine123 jennifer12
    jennifer123 jessica123 jesuschrist jesuschrist1 jesusislord jonathan12 jonathan123 jordan1234 juventus123
    kawasaki123 killer1234 kimberly123 kingkong123 kristina123 lakers2424 lamborghini lamborghini1 landrover1
    lawrence123 letmein!23 letmein123 letmein1234 letmeinnow liberty123 linkinpark linkinpark1 liverpool1
    liverpool12 liverpool123 liverpoolfc login12345 logitech123 london2012 love123456 loveforever lovelovelove
    lovely1234 loveme1234 manchester manchester1 manchesterunited manunited1 marketplace marketplace1 maserati123
    master1234 master12345 matrix1234 matthew123 maverick123 maxwell123 mercedes-benz mercedes12 mercedes123
    metallica1 metallica123 michael123 michael1234 michaeljackson michelle12 michelle123 microsoft1 microsoft123
    midnight123 millionaire minecraft1 minecraft123 mitsubishi mitsubishi1 mohammed123 monkey1234 monkey12345
    monster123 montana123 mother1234 motherlode motorcycle motorola123 mountain123 muhammad123 mustang123
    mustang1967 mylove1234 mynameis123 mypassword mypassword1 mypassword123 naruto1234 natalie123 nathaniel1
    newcastle1 newpassword newpassword1 newyork123 nicholas12 nicholas123 nightmare1 nissan12345 nothing123
    november11 number1234 october123 oklahoma123 oliver1234 p@$$w0rd123 p@ssw0rd12 p@ssw0rd123 p@ssw0rd1234
    p@ssword123 pa$$word123 paradise123 pass123456 pass1234567 pass12345678 passion123 passw0rd12 passw0rd123
    passw0rd1234 password00 password01 password07 password08 password09 password10 password11 password12 password123
    password1234 password12345 password123456 password13 password2020 password2021 password2022 password2023
    password2024 password2025 password2026 password21 password22 password23 password69 password77 password88
    password99 passwordpassword passwort123 patrick123 peaches123 pepper1234 phoenix123 photoshop1 pineapple1
    playboy123 playstation playstation1 playstation2 playstation3 playstation4 pokemon123 pokemon1234 pokemongo1
    porsche911 porsche9111 portugal123 precious123 president1 princess01 princess10 princess11 princess12
    princess123 princess1234 professional q123456789 q1w2e3r4t5 q1w2e3r4t5y6 q1w2e3r4t5y6u7 qawsedrftg qawsedrftgyh
    qaz123wsx456 qazqazqaz1 qazwsx1234 qazwsx123456 qazwsxedc1 qazwsxedc123 qazwsxedcr qazwsxedcrfv qazwsxedcrfvtgb
    qq123456789 qqqqqqqqqq qwaszxqwaszx qwe123qwe123 qweasd1234 qweasdzxc1 qweasdzxc123 qweqweqwe1 qweqweqweqwe
    qwer123456 qwer1234qwer qwert12345 qwert123456 qwerty0987 qwerty1234 qwerty12345 qwerty123456 qwerty1234567
    qwerty12345678 qwerty123456789 qwerty321123 qwertyqwerty qwertyu123 qwertyui123 qwertyuio1 qwertyuiop
    qwertyuiop1 qwertyuiop10 qwertyuiop12 qwertyuiop123 qwertyuiop[] qwertyuiop[]\\ qwertyuiopasdfghjkl
    qwertyuiopasdfghjklzxcvbnm rainbow123 rammstein1 ranger1234 realmadrid realmadrid1 realmadrid7 rebecca123
    red123456789 remember123 ricardo123 robert1234 rockstar12 rockstar123 rodriguez1 ronaldinho ronaldinho10
    ronaldo123 rosebud123 samantha12 samantha123 samsung123 samsung1234 sandra1234 santiago123 school1234 scooter123
    scorpion123 sebastian1 sebastian123 secret1234 secret12345 september1 september11 shadow1234 shannon123
    skateboard skateboard1 skywalker1 slipknot123 slipknot666 smokey1234 snickers123 snowball123 snowboard1
    soccer1234 softball12 softball123 something1 spiderman1 spiderman12 spiderman123 spongebob1 spongebob123
    starcraft1 starcraft2 starlight1 startrek123 starwars12 starwars123 steelers123 stephanie1 strawberries
    strawberry strawberry1 strong-password subaru12345 success123 summer1234 summer2020 summer2021 summer2022
    summer2023 summer2024 summer2025 sunflower1 sunflower123 sunshine12 sunshine123 sunshine1234 superman12
    superman123 superman1234 supernatural superstar1 superstar123 suzuki12345 sweetheart sweetheart1 sweetie123
    swordfish1 t1t2t3t4t5 tandem1234 taylor1234 teamo12345 telephone1 temp123456 temporary1 temppassword test123456
    test12345678 testing123 testing1234 testtest12 testtest123 testtesttest thebeatles thebest123 thomas1234
    thunder123 tigger1234 tinkerbell tinkerbell1 tottenham1 toyota1234 toyota12345 trustno1234 trustnoone tweety1234
    unbelievable undertaker undertaker1 undertaker123 universe123 university valentina1 valentine1 vanessa123
    veronica123 victoria12 victoria123 vincent123 volkswagen volkswagen1 volleyball volleyball1 warcraft123
    washington washington1 watermelon watermelon1 welcome123 welcome123! welcome1234 welcome12345 welcome2020
    welcome2021 welcome2022 welcome2023 welcome2024 welcome2025 welcome@123 whatever12 whatever123 whatsoever
    william123 winchester winter1234 winter2020 winter2021 winter2022 winter2023 winter2024 winter2025 wolverine1
    wolverine123 wonderful1 wonderland wordpass123 xxxxxxxxxx yamaha1234 yankees123 yellow1234 youtube123 z1x2c3v4b5
    zaq12wsxcde3 zaq12wsxzaq zaq1zaq1zaq1 zaqwsxcde123 zinedine10 zxc123456789 zxcvb12345 zxcvbn1234 zxcvbn123456
    zxcvbnm,./ zxcvbnm,./1 zxcvbnm123 zxcvbnm1234 zxcvbnm123456 zxcvbnmasdfghjkl
    """.split()
)

"""The cars of the demo shop. Prices and delivery are minor units of the seller's currency."""

from dataclasses import dataclass

from marketplace.catalog.operations import CarFacts
from marketplace.catalog.rules import vin_check_digit
from marketplace.demo.people import BECKER, BELL, HARBOUR, HOLM, KAIDO, RIVERA, Person

_YEAR_SIGNS = "ABCDEFGHJKLMNPRSTVWXY123456789"  # tenth sign of a chassis number, from 1980, every thirty years again


@dataclass(frozen=True)
class DemoCar:
    """One car; `shape` is a drawing of drawings.CAR_BODIES, `stem` the first eight signs of the chassis number."""

    seller: Person
    shape: str
    make: str
    model: str
    year: int
    mileage_km: int
    body: str
    fuel: str
    gearbox: str
    colour: str
    stem: str
    tail: str
    price_minor: int
    delivery_minor: int
    text: str

    @property
    def title(self) -> str:
        """Return the headline of the listing."""
        return f"{self.year} {self.make} {self.model}"

    def facts(self) -> CarFacts:
        """Return what the catalogue stores, with the chassis number's check digit worked out."""
        sign = _YEAR_SIGNS[(self.year - 1980) % 30]
        draft = f"{self.stem}0{sign}{self.tail}"
        vin = f"{self.stem}{vin_check_digit(draft)}{sign}{self.tail}"
        return CarFacts(
            self.make, self.model, self.year, self.mileage_km, self.body, self.fuel, self.gearbox, self.colour, vin
        )


# fmt: off
CARS = (
    DemoCar(HARBOUR, "hatchback", "Volkswagen", "Golf GTI", 2015, 118_400, "Hatchback, 5 doors", "Petrol",
            "Manual, 6 gears",
            "Red", "3VW4T7AU", "M041872", 11_450_00, 390_00,
            "Serviced by us since 2018. New front brakes and control arms. Small dent on the left rear door."),
    DemoCar(HARBOUR, "estate", "Subaru", "Outback 2.5i", 2017, 96_200, "Estate, 5 doors", "Petrol", "Automatic, CVT",
            "Green", "4S4BSAFC", "H312507", 15_980_00, 410_00,
            "One owner, every stamp in the book. Winter tyres on their own rims go with it."),
    DemoCar(HARBOUR, "sedan", "Toyota", "Camry SE", 2014, 143_700, "Saloon, 4 doors", "Petrol", "Automatic, 6 gears",
            "Silver", "4T1BF1FK", "U389146", 9_275_50, 390_00,
            "A quiet car that starts every morning. Discs, pads and dampers are a year old."),
    DemoCar(RIVERA, "pickup", "Ford", "Ranger XLT", 1999, 228_900, "Pickup, extended cab", "Petrol", "Manual, 5 gears",
            "White", "1FTZR15X", "PA48213", 4_350_00, 520_00,
            "Arizona truck, no rust anywhere. Paint is faded on the roof. Runs and tows as it should."),
    DemoCar(RIVERA, "coupe", "Mazda", "RX-8", 2005, 131_000, "Coupe, 4 doors", "Petrol", "Manual, 6 gears",
            "Blue", "JM1FE173", "0141726", 5_190_00, 540_00,
            "Sold as a project: weak compression on one rotor, the rest is straight and complete."),
    DemoCar(RIVERA, "van", "Mercedes-Benz", "Sprinter 2500", 2012, 264_300, "Panel van", "Diesel", "Automatic, 5 gears",
            "White", "WD3PE7CC", "5664018", 13_740_00, 780_00,
            "Was a library bus. Shelves are out, floor is new, both batteries are from last year."),
    DemoCar(HOLM, "estate", "Volvo", "240 GL", 1990, 312_000, "Estate, 5 doors", "Petrol", "Manual, 5 gears",
            "Blue", "YV1245AB", "1904417", 84_500_00, 4_900_00,
            "Galvanised late car, no welding. New cloth on the front seats, tow bar, and all its papers since new."),
    DemoCar(HOLM, "convertible", "Saab", "900 Turbo 16", 1991, 187_600, "Convertible, 2 doors", "Petrol",
            "Manual, 5 gears",
            "Red", "YS3AL75L", "7004236", 139_000_00, 4_900_00,
            "New hood in 2022, gearbox rebuilt at 160,000 km with invoice. Drives without a rattle."),
    DemoCar(HOLM, "sedan", "Volvo", "850 T-5R", 1995, 241_500, "Saloon, 4 doors", "Petrol", "Automatic, 4 gears",
            "Yellow", "YV1LS58D", "2231075", 118_750_00, 4_900_00,
            "The cream yellow everybody asks for. Turbo and timing belt are new, interior is tidy."),
    DemoCar(HOLM, "hatchback", "Saab", "99 EMS", 1980, 164_200, "Saloon, 2 doors", "Petrol", "Manual, 4 gears",
            "Silver", "YS3EMS99", "1002218", 96_900_00, 4_900_00,
            "Original paint, original engine. Injection has been set up and holds its idle."),
    DemoCar(HOLM, "estate", "Volvo", "V70 D5", 2011, 276_800, "Estate, 5 doors", "Diesel", "Manual, 6 gears",
            "Graphite", "YV1BW88A", "1201554", 62_400_00, 3_900_00,
            "Long-distance car with full history. Particle filter and dual-mass flywheel have been done."),
    DemoCar(BECKER, "sedan", "BMW", "320i", 2013, 127_300, "Saloon, 4 doors", "Petrol", "Automatic, 8 gears",
            "Graphite", "WBA3B110", "F482917", 12_490_00, 450_00,
            "Second owner, service book complete. Timing chain was checked and replaced under the recall."),
    DemoCar(BECKER, "coupe", "Mercedes-Benz", "C 200 Coupe", 2016, 88_900, "Coupe, 2 doors", "Petrol",
            "Automatic, 9 gears",
            "White", "WDD20534", "F218763", 21_900_00, 450_00,
            "AMG line inside and out, panorama roof. Inspection is new, four good tyres."),
    DemoCar(BECKER, "estate", "Audi", "A4 Avant 2.0 TDI", 2014, 169_400, "Estate, 5 doors", "Diesel", "Manual, 6 gears",
            "Blue", "WAUZZZ8K", "A118402", 10_850_00, 420_00,
            "Well kept commuter car. Tow bar, heated seats, belt and water pump at 150,000 km."),
    DemoCar(BECKER, "van", "Volkswagen", "T5 Transporter", 2010, 248_000, "Panel van, 6 seats", "Diesel",
            "Manual, 6 gears",
            "Yellow", "WV1ZZZ7H", "H081644", 9_990_00, 590_00,
            "Came from the post office. Engine was overhauled at 200,000 km, invoice is there."),
    DemoCar(BECKER, "convertible", "BMW", "Z4 sDrive23i", 2009, 104_700, "Convertible, 2 doors", "Petrol",
            "Manual, 6 gears",
            "Silver", "WBALM310", "E361208", 16_750_00, 450_00,
            "Folding roof works without a pause. Six cylinders, never driven in winter."),
    DemoCar(BECKER, "hatchback", "Volkswagen", "e-Golf", 2019, 41_200, "Hatchback, 5 doors", "Electric",
            "Automatic, 1 gear",
            "White", "WVWZZZAU", "W901337", 15_480_00, 420_00,
            "Battery tested at 94 per cent, report goes with the car. Heat pump and both charging cables."),
    DemoCar(KAIDO, "coupe", "Nissan", "Skyline GTS-t", 1993, 121_800, "Coupe, 2 doors", "Petrol", "Manual, 5 gears",
            "Graphite", "JN1HCR32", "U224619", 27_900_00, 1_150_00,
            "Grade 4 car from Osaka, stock apart from the exhaust. Legal in every state, title in hand."),
    DemoCar(KAIDO, "coupe", "Toyota", "Supra SZ", 1995, 138_300, "Coupe, 2 doors", "Petrol", "Manual, 5 gears",
            "Red", "JT2JA82J", "0004713", 41_500_00, 1_150_00,
            "Naturally aspirated, five-speed, unmolested. Belts, seals and hoses were replaced before we sold it."),
    DemoCar(KAIDO, "convertible", "Mazda", "MX-5 Miata", 1996, 109_400, "Convertible, 2 doors", "Petrol",
            "Manual, 5 gears",
            "Blue", "JM1NA353", "T715528", 10_640_00, 850_00,
            "New hood with a glass window. Sills are solid, which is what matters on these."),
    DemoCar(KAIDO, "suv", "Toyota", "Land Cruiser Prado", 1998, 203_700, "SUV, 5 doors", "Diesel", "Automatic, 4 gears",
            "Green", "JT3HJ85J", "0077264", 23_800_00, 1_290_00,
            "Factory diesel, twin batteries, snorkel. Underbody has been cleaned and waxed."),
    DemoCar(KAIDO, "van", "Honda", "Acty", 1997, 64_900, "Small van, 5 doors", "Petrol", "Manual, 5 gears",
            "White", "JHMHH400", "3104482", 7_450_00, 690_00,
            "The little delivery van from a tea shop in Kyoto. Air conditioning is cold."),
    DemoCar(KAIDO, "hatchback", "Honda", "Civic Type R", 1998, 142_600, "Hatchback, 3 doors", "Petrol",
            "Manual, 5 gears",
            "White", "JHMEK900", "1102946", 24_350_00, 990_00,
            "Red seats, red badge, and the gearbox everybody praises. Rear arches are original and clean."),
    DemoCar(KAIDO, "sedan", "Lexus", "LS 400", 1994, 176_100, "Saloon, 4 doors", "Petrol", "Automatic, 4 gears",
            "Graphite", "JT8UF11E", "0188230", 8_990_00, 790_00,
            "Timing belt done at 160,000 km. As quiet as the day it left the factory."),
    DemoCar(KAIDO, "pickup", "Toyota", "Hilux Double Cab", 1996, 219_500, "Pickup, double cab", "Diesel",
            "Manual, 5 gears",
            "Silver", "JT4RN85P", "0061937", 14_200_00, 1_090_00,
            "A working truck with honest scratches in the bed. Frame has been inspected and treated."),
    DemoCar(BELL, "pickup", "Ford", "F-150 XLT", 2016, 133_500, "Pickup, crew cab", "Petrol", "Automatic, 6 gears",
            "Red", "1FTEW1EP", "FA71205", 21_480_00, 480_00,
            "3.5 litre, tow package, bed liner. Three owners in the same family."),
    DemoCar(BELL, "pickup", "Ram", "1500 Big Horn", 2018, 98_700, "Pickup, quad cab", "Petrol", "Automatic, 8 gears",
            "Graphite", "1C6RR7GT", "S204517", 24_900_00, 480_00,
            "Five-year service plan was kept to the letter. New tyres in June."),
    DemoCar(BELL, "suv", "Honda", "CR-V EX-L", 2019, 71_300, "SUV, 5 doors", "Petrol", "Automatic, CVT",
            "Blue", "2HKRW2H8", "H643028", 22_650_00, 420_00,
            "Leather, sunroof, one careful owner who kept every receipt."),
    DemoCar(BELL, "suv", "Jeep", "Wrangler Sport", 2014, 112_800, "SUV, 2 doors", "Petrol", "Manual, 6 gears",
            "Yellow", "1C4AJWAG", "L215593", 18_950_00, 460_00,
            "Soft top and hard top. Never left the road, says the owner, and the skid plate agrees."),
    DemoCar(BELL, "coupe", "Ford", "Mustang GT", 2015, 84_600, "Coupe, 2 doors", "Petrol", "Manual, 6 gears",
            "Turquoise", "1FA6P8CF", "5304472", 25_740_00, 460_00,
            "Stock, garaged, and detailed once a month. The clutch is from last year."),
    DemoCar(BELL, "sedan", "Tesla", "Model 3 Long Range", 2020, 92_100, "Saloon, 4 doors", "Electric",
            "Automatic, 1 gear",
            "White", "5YJ3E1EB", "F612894", 22_300_00, 420_00,
            "Battery at 91 per cent, tested. Comes with the wall charger and a spare set of mats."),
    DemoCar(BELL, "van", "Honda", "Odyssey Touring", 2016, 127_900, "Minivan, 5 doors", "Petrol", "Automatic, 6 gears",
            "Silver", "5FNRL5H9", "B014736", 14_880_00, 440_00,
            "Seven seats and room for the dog. Timing belt was replaced at 110,000 km."),
    DemoCar(BELL, "suv", "Chevrolet", "Tahoe LT", 2015, 158_200, "SUV, 5 doors", "Petrol", "Automatic, 6 gears",
            "Green", "1GNSKBKC", "R517340", 19_990_00, 480_00,
            "Third row, tow bar, heated seats. Highway miles, and it shows in the best way."),
    DemoCar(BELL, "convertible", "Chevrolet", "Corvette", 2003, 68_400, "Convertible, 2 doors", "Petrol",
            "Automatic, 4 gears",
            "Red", "1G1YY32G", "5118206", 20_450_00, 520_00,
            "Weekend car of a retired pilot. The hood seals, the paint shines, the tyres are new."),
    DemoCar(BELL, "hatchback", "Chevrolet", "Bolt EV", 2018, 61_700, "Hatchback, 5 doors", "Electric",
            "Automatic, 1 gear",
            "Turquoise", "1G1FX6S0", "4129855", 13_675_00, 420_00,
            "New battery under the recall in 2022. Fast charging port, two cables."),
)
# fmt: on

// What the set-up proposes for a country; all of it can be changed afterwards. Hours and a delay are proposed where a
// regulation gives figures for them, which is Great Britain alone. What is said of the others is why there is nothing
// to propose, from publications of the named bodies as they were read in 2026. It is no legal advice.

export interface Country {
  /** ISO 3166-1, two letters; "" is any other. */
  code: string;
  /** The IANA's name; "" where the installer has to choose. */
  zone: string;
  /** ISO 4217. */
  currency: string;
  /** Hours of peak demand, as the keys c_ChargeOffPeriod1 and 2 have them. */
  peaks: [string, string];
  /** Seconds of random delay at most, as the key c_MaxStartDelay has it. */
  delay: number;
}

// The table's own defaults, switched off: nobody asks for peak hours there.
const NO_PEAKS: Country["peaks"] = ["disable,08:00,11:00", "disable,16:00,22:00"];

const euro = (code: string, zone: string): Country => ({
  code,
  zone,
  currency: "EUR",
  peaks: NO_PEAKS,
  delay: 0,
});

export const COUNTRIES: Country[] = [
  {
    code: "GB",
    zone: "Europe/London",
    currency: "GBP",
    // Statutory Instrument 2021/1467, the Electric Vehicles (Smart Charge Points) Regulations 2021, in force since 30
    // June 2022. Regulation 10: charging hours outside of peak demand are proposed at the first use, and may be refused
    // or changed; its peak hours are 8 to 11 and 16 to 22 on weekdays. The days are the charger model's.
    peaks: ["enable,08:00,11:00", "enable,16:00,22:00"],
    // Regulation 11: a random delay of up to 600 s, and the station has to be capable of 1800 s.
    delay: 600,
  },
  euro("IE", "Europe/Dublin"),
  // § 14a EnWG, Bundesnetzagentur, since 2024: the grid's operator dims to no less than 4.2 kW, by command and not by
  // the clock.
  euro("DE", "Europe/Berlin"),
  euro("AT", "Europe/Vienna"),
  // Art. 8c StromVV: the grid's operator may switch loads where their owner agrees, by command and not by the clock.
  { ...euro("CH", "Europe/Zurich"), currency: "CHF" },
  // The bands F1 to F3 of ARERA are hours of a price, which a contract may have or not.
  euro("IT", "Europe/Rome"),
  euro("FR", "Europe/Paris"),
  // The bands of the tariff 2.0TD are hours of a price. The Canary Islands choose their zone by hand.
  euro("ES", "Europe/Madrid"),
  euro("NL", "Europe/Amsterdam"),
  // Flanders' capacity tariff (VREG, since 2023) counts the highest quarter of an hour of a month, whenever it is.
  euro("BE", "Europe/Brussels"),
  { code: "", zone: "", currency: "EUR", peaks: NO_PEAKS, delay: 0 },
];

export function countryOf(code: string): Country | undefined {
  return COUNTRIES.find((each) => each.code === code);
}

/** The keys that a country's proposal sets, in order, and to what. */
export function proposal(country: Country): [key: string, text: string][] {
  const zone: [string, string][] = country.zone === "" ? [] : [["TimeZone", country.zone]];
  return [
    ["c_Country", country.code],
    ...zone,
    ["c_Currency", country.currency],
    ["c_ChargeOffPeriod1", country.peaks[0]],
    ["c_ChargeOffPeriod2", country.peaks[1]],
    ["c_MaxStartDelay", String(country.delay)],
  ];
}

/** A country's name in a language. */
export function countryName(code: string, language: string): string {
  return new Intl.DisplayNames([language], { type: "region" }).of(code) ?? code;
}

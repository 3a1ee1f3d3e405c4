// What the set-up proposes for a country. Every figure with its reason; all of it can be changed afterwards.

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
    // The Electric Vehicles (Smart Charge Points) Regulations 2021, reg. 10: first use proposes hours outside
    // of peak demand, which is 8 to 11 and 16 to 22 on weekdays.
    peaks: ["enable,08:00,11:00", "enable,16:00,22:00"],
    delay: 600, // the same, reg. 11: a random delay of up to 600 s, so that not all cars begin at once
  },
  euro("IE", "Europe/Dublin"), // no such regulation: times of use are a matter of the contract
  euro("DE", "Europe/Berlin"), // § 14a EnWG dims by command of the grid's operator, not by the clock
  euro("AT", "Europe/Vienna"), // as DE
  { ...euro("CH", "Europe/Zurich"), currency: "CHF" }, // the grid's operator dims by ripple control
  euro("IT", "Europe/Rome"), // bands F1 to F3 are a matter of the contract
  euro("FR", "Europe/Paris"), // "heures creuses" differ from commune to commune
  euro("ES", "Europe/Madrid"), // bands are a matter of the contract; the Canaries change the zone by hand
  euro("NL", "Europe/Amsterdam"), // no peak hours by regulation
  euro("BE", "Europe/Brussels"), // the capacity tariff counts the month's peak, not hours
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

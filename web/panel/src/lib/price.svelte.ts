// What a kilowatt hour costs here, where a price is set.
import { ask, Refused } from "./api";

class Price {
  perKwh = $state<number | null>(null);
  currency = $state("");

  /** Read it anew; a station that does not tell, or not to this person, has none. */
  async load(): Promise<void> {
    try {
      const keys = await ask<Record<string, string | null>>("config_get", { keys: NAMES });
      this.take(keys?.[NAMES[0]] ?? "", keys?.[NAMES[1]] ?? "");
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      this.take("", "");
    }
  }

  private take(price: string, currency: string): void {
    const value = price.trim() === "" ? NaN : Number(price);
    this.perKwh = Number.isFinite(value) ? value : null;
    this.currency = currency;
  }
}

const NAMES = ["c_PricePerKWh", "c_Currency"] as const;

export const price = new Price();

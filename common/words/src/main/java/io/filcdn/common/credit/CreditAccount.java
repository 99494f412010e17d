package io.filcdn.common.credit;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import io.filcdn.common.chain.Address;
import java.util.regex.Pattern;

/**
 * The name of an account with credit: a payer's address, or what a gateway calls its customer.
 *
 * @param name 1 to 64 letters, digits and {@code . _ : @ -}, of which the first is a letter or
 *     digit; an address in lower case where it begins with {@code 0x}
 */
public record CreditAccount(String name) {

  private static final Pattern FORM = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._:@-]{0,63}");

  public CreditAccount {
    if (!FORM.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "expected an account of 1 to 64 letters, digits and . _ : @ -, found another text");
    }
    if (name.regionMatches(true, 0, "0x", 0, 2)) {
      name = Address.of(name).hex();
    }
  }

  /**
   * Reads a name.
   *
   * @throws IllegalArgumentException where the text is none, or begins with {@code 0x} and is no
   *     address
   */
  @JsonCreator
  public static CreditAccount of(String text) {
    return new CreditAccount(text);
  }

  /** A payer's account. */
  public static CreditAccount of(Address payer) {
    return new CreditAccount(payer.hex());
  }

  @JsonValue
  @Override
  public String toString() {
    return name;
  }
}

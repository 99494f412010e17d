package io.filcdn.wallet;

import io.filcdn.common.chain.Address;
import java.math.BigInteger;
import java.util.HexFormat;
import java.util.Locale;
import java.util.regex.Pattern;
import org.web3j.crypto.ECKeyPair;
import org.web3j.crypto.Keys;
import org.web3j.crypto.Sign;

/** The private key of a wallet that this process holds. It never shows itself. */
public final class WalletKey {

  private static final Pattern FORM = Pattern.compile("(0x)?[0-9a-f]{64}");
  private static final int HEX = 16;

  private final ECKeyPair pair;
  private final Address address;

  private WalletKey(ECKeyPair pair) {
    this.pair = pair;
    this.address = Address.of("0x" + Keys.getAddress(pair));
  }

  /**
   * Reads a key in hex, with or without 0x.
   *
   * @throws IllegalArgumentException where it is none; the message does not repeat the text
   */
  public static WalletKey of(String text) {
    String hex = text.strip().toLowerCase(Locale.ROOT);
    if (!FORM.matcher(hex).matches()) {
      throw new IllegalArgumentException(
          "expected a private key of 64 hex digits, found %d characters that are none"
              .formatted(hex.length()));
    }
    BigInteger number = new BigInteger(hex.startsWith("0x") ? hex.substring(2) : hex, HEX);
    if (number.signum() == 0 || number.compareTo(Sign.CURVE_PARAMS.getN()) >= 0) {
      throw new IllegalArgumentException(
          "expected a private key of secp256k1, found a number out of its range");
    }
    return new WalletKey(ECKeyPair.create(number));
  }

  /** The account that this key signs for. */
  public Address address() {
    return address;
  }

  /**
   * The signature of typed data.
   *
   * @param digest of the data, 32 bytes
   */
  public WalletSignature sign(byte[] digest) {
    Sign.SignatureData data = Sign.signMessage(digest, pair, false);
    HexFormat hex = HexFormat.of();
    return new WalletSignature(
        "0x"
            + hex.formatHex(data.getR())
            + hex.formatHex(data.getS())
            + hex.formatHex(data.getV()));
  }

  @Override
  public String toString() {
    return "key of " + address;
  }
}

package io.filcdn.wallet;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.filcdn.common.chain.Address;
import java.security.SignatureException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Pattern;
import org.web3j.crypto.Keys;
import org.web3j.crypto.Sign;

/**
 * The signature of a wallet: r, s and v of secp256k1 over a Keccak-256, as {@code personal_sign}
 * makes it of a text (EIP-191, version 0x45), and {@code eth_signTypedData_v4} of typed data
 * (EIP-712).
 *
 * @param hex {@code 0x} and 130 hex digits; v is 0, 1, 27 or 28
 */
public record WalletSignature(String hex) {

  private static final Pattern FORM = Pattern.compile("0x[0-9a-fA-F]{130}");
  private static final int HALF = 32;
  private static final int LEAST_V = 27;

  public WalletSignature {
    if (!FORM.matcher(hex).matches()) {
      throw new IllegalArgumentException("expected a signature of 0x and 130 hex digits");
    }
  }

  /** Reads a signature; empty where the text has another form. */
  public static Optional<WalletSignature> read(String text) {
    return FORM.matcher(text).matches() ? Optional.of(new WalletSignature(text)) : Optional.empty();
  }

  /** The 32 bytes that a wallet signs of a text with its prefix. */
  public static byte[] digest(String text) {
    return Sign.getEthereumMessageHash(text.getBytes(UTF_8));
  }

  /** The account whose key signed {@code text} with its prefix; empty where no key can have. */
  public Optional<Address> signer(String text) {
    return signer(digest(text));
  }

  /**
   * The account whose key signed; empty where no key can have.
   *
   * @param digest of what was signed, 32 bytes
   */
  public Optional<Address> signer(byte[] digest) {
    byte[] bytes = HexFormat.of().parseHex(hex, 2, hex.length());
    int v = bytes[2 * HALF] & 0xff;
    if (v > 1 && v != LEAST_V && v != LEAST_V + 1) {
      return Optional.empty();
    }
    try {
      Sign.SignatureData signature =
          new Sign.SignatureData(
              (byte) (v <= 1 ? v + LEAST_V : v),
              Arrays.copyOfRange(bytes, 0, HALF),
              Arrays.copyOfRange(bytes, HALF, 2 * HALF));
      return Optional.of(
          Address.of("0x" + Keys.getAddress(Sign.signedMessageHashToKey(digest, signature))));
    } catch (SignatureException | RuntimeException e) {
      // numbers that are no point of the curve fail in several ways
      return Optional.empty();
    }
  }
}

package io.filcdn.settlement.signing;

import io.filcdn.common.chain.Address;
import io.filcdn.settlement.model.SignedBytes;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Path;
import java.util.Locale;
import java.util.regex.Pattern;
import org.web3j.crypto.Credentials;
import org.web3j.crypto.RawTransaction;
import org.web3j.crypto.Sign;
import org.web3j.crypto.TransactionEncoder;
import org.web3j.crypto.WalletUtils;
import org.web3j.crypto.exception.CipherException;
import org.web3j.utils.Numeric;

/** A private key in this process: from the environment, or from an encrypted keystore file. */
public final class LocalKey implements OperatorKey {

  private static final Pattern HEX = Pattern.compile("0x[0-9a-f]{64}");

  private final Credentials credentials;
  private final Address address;

  private LocalKey(Credentials credentials) {
    this.credentials = credentials;
    this.address = Address.of(credentials.getAddress());
  }

  /**
   * Reads a key in hex.
   *
   * @throws IllegalArgumentException where it is none; the message does not repeat the text
   */
  public static LocalKey of(String text) {
    String hex = text.strip().toLowerCase(Locale.ROOT);
    if (!hex.startsWith("0x")) {
      hex = "0x" + hex;
    }
    if (!HEX.matcher(hex).matches()) {
      throw new IllegalArgumentException(
          "expected a private key of 64 hex digits, found %d characters that are none"
              .formatted(text.strip().length()));
    }
    BigInteger number = Numeric.toBigInt(hex);
    if (number.signum() == 0 || number.compareTo(Sign.CURVE_PARAMS.getN()) >= 0) {
      throw new IllegalArgumentException(
          "expected a private key of secp256k1, found a number out of its range");
    }
    return new LocalKey(Credentials.create(hex));
  }

  /**
   * Opens a keystore file of version 3, as geth and others write them.
   *
   * @throws IllegalArgumentException where it cannot be read, or the password does not open it; the
   *     message repeats neither
   */
  public static LocalKey ofKeystore(Path file, String password) {
    try {
      return new LocalKey(WalletUtils.loadCredentials(password, file.toFile()));
    } catch (CipherException e) {
      throw new IllegalArgumentException(
          "expected the password to open the keystore file %s, it does not".formatted(file), e);
    } catch (IOException | RuntimeException e) {
      throw new IllegalArgumentException(
          "expected an encrypted keystore file (version 3) at %s, found none that can be read"
              .formatted(file),
          e);
    }
  }

  @Override
  public Address address() {
    return address;
  }

  @Override
  public SignedBytes sign(UnsignedTransaction transaction) {
    RawTransaction raw =
        RawTransaction.createTransaction(
            transaction.chainId(),
            BigInteger.valueOf(transaction.nonce().value()),
            BigInteger.valueOf(transaction.gasLimit().units()),
            transaction.to().hex(),
            BigInteger.ZERO,
            transaction.data(),
            transaction.fees().maxPriorityFeePerGas().units(),
            transaction.fees().maxFeePerGas().units());
    return SignedBytes.of(TransactionEncoder.signMessage(raw, credentials));
  }

  @Override
  public String toString() {
    return "key of " + address;
  }
}

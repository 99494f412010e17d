package io.filcdn.settlement.signing;

import io.filcdn.common.chain.Address;
import io.filcdn.common.chain.TxHash;
import io.filcdn.settlement.ledger.Fees;
import io.filcdn.settlement.ledger.Gas;
import io.filcdn.settlement.ledger.Nonce;
import io.filcdn.settlement.ledger.SignedBytes;
import java.math.BigInteger;
import java.util.Locale;
import java.util.regex.Pattern;
import org.web3j.crypto.Credentials;
import org.web3j.crypto.Hash;
import org.web3j.crypto.RawTransaction;
import org.web3j.crypto.TransactionEncoder;
import org.web3j.utils.Numeric;

/** The private key that the operator contract knows as its controller. It never shows itself. */
public final class OperatorKey {

  private static final Pattern HEX = Pattern.compile("0x[0-9a-f]{64}");

  private final Credentials credentials;
  private final Address address;

  private OperatorKey(Credentials credentials) {
    this.credentials = credentials;
    this.address = Address.of(credentials.getAddress());
  }

  /**
   * Reads a key.
   *
   * @throws IllegalArgumentException where it is none; the message does not repeat the text
   */
  public static OperatorKey of(String text) {
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
    if (number.signum() == 0 || number.compareTo(org.web3j.crypto.Sign.CURVE_PARAMS.getN()) >= 0) {
      throw new IllegalArgumentException(
          "expected a private key of secp256k1, found a number out of its range");
    }
    return new OperatorKey(Credentials.create(hex));
  }

  /** The account that this key signs for. */
  public Address address() {
    return address;
  }

  /**
   * Signs a call as an EIP-1559 transaction that sends no money.
   *
   * @param data the call in hex
   */
  public SignedBytes sign(
      long chainId, Nonce nonce, Gas gasLimit, Fees fees, Address to, String data) {
    RawTransaction transaction =
        RawTransaction.createTransaction(
            chainId,
            BigInteger.valueOf(nonce.value()),
            BigInteger.valueOf(gasLimit.units()),
            to.hex(),
            BigInteger.ZERO,
            data,
            fees.maxPriorityFeePerGas().units(),
            fees.maxFeePerGas().units());
    byte[] raw = TransactionEncoder.signMessage(transaction, credentials);
    return new SignedBytes(
        TxHash.of(Numeric.toHexString(Hash.sha3(raw))), Numeric.toHexString(raw));
  }

  @Override
  public String toString() {
    return "key of " + address;
  }
}

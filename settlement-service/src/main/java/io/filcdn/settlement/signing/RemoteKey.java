package io.filcdn.settlement.signing;

import io.filcdn.chain.rpc.AnswerLimit;
import io.filcdn.common.chain.Address;
import io.filcdn.settlement.model.SignedBytes;
import java.io.IOException;
import java.math.BigInteger;
import java.net.URI;
import java.security.SignatureException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import okhttp3.OkHttpClient;
import org.web3j.crypto.SignedRawTransaction;
import org.web3j.crypto.TransactionDecoder;
import org.web3j.crypto.transaction.type.Transaction1559;
import org.web3j.protocol.Web3jService;
import org.web3j.protocol.core.Request;
import org.web3j.protocol.core.methods.response.EthSendTransaction;
import org.web3j.protocol.http.HttpService;
import org.web3j.utils.Numeric;

/**
 * A key that a remote signer holds, asked through {@code eth_signTransaction} as Web3Signer answers
 * it. What it returns is opened and compared: whatever was not asked for is never used.
 */
public final class RemoteKey implements OperatorKey {

  /** Some times what Filecoin takes as a message, in hex. */
  private static final long MAX_ANSWER_BYTES = 1 << 20;

  private final Web3jService signer;
  private final String host;
  private final Address address;

  /**
   * A key at a signer. Nothing is asked yet.
   *
   * @param url where the signer answers JSON-RPC
   * @param address the account that it is to sign for
   * @param timeout how long it may take to answer
   */
  public RemoteKey(URI url, Address address, Duration timeout) {
    this.signer =
        new HttpService(
            url.toString(),
            new OkHttpClient.Builder()
                .callTimeout(timeout)
                .addInterceptor(new AnswerLimit(MAX_ANSWER_BYTES))
                .build());
    this.host = url.getAuthority();
    this.address = address;
  }

  @Override
  public Address address() {
    return address;
  }

  @Override
  public SignedBytes sign(UnsignedTransaction transaction) {
    String raw = ask(transaction);
    try {
      if (TransactionDecoder.decode(raw) instanceof SignedRawTransaction signed
          && isAskedFor(signed, transaction)
          && Address.of(signed.getFrom()).equals(address)) {
        return SignedBytes.of(Numeric.hexStringToByteArray(raw));
      }
    } catch (SignatureException | RuntimeException e) {
      throw new SignerException(
          "expected signer %s to answer with a signed EIP-1559 transaction, found something else"
              .formatted(host),
          e);
    }
    throw new SignerException(
        "expected signer %s to sign what it was asked to as %s, found another transaction or another signer's: it is not used"
            .formatted(host, address));
  }

  private String ask(UnsignedTransaction transaction) {
    Request<?, EthSendTransaction> request =
        new Request<>(
            "eth_signTransaction", List.of(fields(transaction)), signer, EthSendTransaction.class);
    try {
      EthSendTransaction answer = request.send();
      if (answer.hasError()) {
        throw new SignerException(
            "signer %s refuses to sign for %s: %.300s"
                .formatted(host, address, answer.getError().getMessage()));
      }
      return answer.getTransactionHash();
    } catch (SignerException e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      // web3j and Jackson throw many kinds at what is no answer
      throw new SignerException(
          "signer %s does not answer: %.300s".formatted(host, e.getMessage()), e);
    }
  }

  private Map<String, String> fields(UnsignedTransaction transaction) {
    return Map.of(
        "from",
        address.hex(),
        "to",
        transaction.to().hex(),
        "value",
        "0x0",
        "data",
        transaction.data(),
        "nonce",
        hex(BigInteger.valueOf(transaction.nonce().value())),
        "gas",
        hex(BigInteger.valueOf(transaction.gasLimit().units())),
        "maxFeePerGas",
        hex(transaction.fees().maxFeePerGas().units()),
        "maxPriorityFeePerGas",
        hex(transaction.fees().maxPriorityFeePerGas().units()));
  }

  private static String hex(BigInteger number) {
    return Numeric.toHexStringWithPrefix(number);
  }

  private static boolean isAskedFor(SignedRawTransaction signed, UnsignedTransaction asked) {
    return signed.getTransaction() instanceof Transaction1559 found
        && found.getChainId() == asked.chainId()
        && found.getNonce().equals(BigInteger.valueOf(asked.nonce().value()))
        && found.getGasLimit().equals(BigInteger.valueOf(asked.gasLimit().units()))
        && found.getMaxFeePerGas().equals(asked.fees().maxFeePerGas().units())
        && found.getMaxPriorityFeePerGas().equals(asked.fees().maxPriorityFeePerGas().units())
        && found.getValue().signum() == 0
        && Address.of(found.getTo()).equals(asked.to())
        && Numeric.cleanHexPrefix(found.getData())
            .equalsIgnoreCase(Numeric.cleanHexPrefix(asked.data()));
  }

  @Override
  public String toString() {
    return "key of %s at signer %s".formatted(address, host);
  }
}

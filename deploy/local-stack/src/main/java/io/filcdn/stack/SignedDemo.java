package io.filcdn.stack;

import com.nimbusds.jose.JOSEException;
import io.filcdn.common.access.DelegateKey;
import io.filcdn.common.access.PolicyAccess;
import io.filcdn.common.kafka.RecordJson;
import io.filcdn.common.network.Network;
import io.filcdn.stack.demo.DemoContent.SignedDataSet;
import io.filcdn.testing.chain.DevnetAccount;
import io.filcdn.testing.process.Http;
import io.filcdn.wallet.RetrievalGrant;
import io.filcdn.wallet.SignedGrant;
import io.filcdn.wallet.WalletKey;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/**
 * The demo's data set from which those fetch who have a signed URL: the policy by which its payer
 * says so, and the key that signs.
 */
final class SignedDemo {

  private static final Sign.Limits FOR_A_DAY =
      new Sign.Limits(Duration.ofDays(1), Optional.empty(), Optional.empty());

  /** Lower than what anyone sets later: a policy that is there stays while its key does. */
  private static final String FIRST_SERIAL = "1";

  private static final String NONE = "0";
  private static final int OK = 200;
  private static final int CREATED = 201;
  private static final int UNAUTHORIZED = 401;
  private static final int CONFLICT = 409;

  private final SignedDataSet dataSet;
  private final Network network;
  private final Path keyFile;
  private final String serial;
  private final Sign signer;

  /** The status of the last attempt to set the policy; 0 before the first. */
  private int posted;

  private boolean reached;

  private SignedDemo(
      SignedDataSet dataSet, Network network, Path keyFile, String serial, Sign signer) {
    this.dataSet = dataSet;
    this.network = network;
    this.keyFile = keyFile;
    this.serial = serial;
    this.signer = signer;
  }

  /**
   * The data set with its delegate's key, which is made where there is none.
   *
   * @param folder what lives as long as the chain and the databases
   */
  static SignedDemo in(Path folder, SignedDataSet dataSet, Network network, Clock clock)
      throws IOException, JOSEException {
    Path keyFile = folder.resolve("delegate.jwk");
    String serial = FIRST_SERIAL;
    if (!Files.exists(keyFile)) {
      Sign.makeKey(keyFile);
      // a policy that is there names a key that is lost
      serial = Long.toString(clock.millis());
    }
    return new SignedDemo(dataSet, network, keyFile, serial, Sign.with(keyFile, clock));
  }

  /** Adds the piece's URL, and the same signed for a day. */
  void describe(StackFile stack) throws JOSEException {
    String url = url(stack);
    stack.withSigned(dataSet, url, signer.sign(url, FOR_A_DAY), keyFile);
  }

  private String url(StackFile stack) {
    return stack.url(Demo.PAYER, dataSet.piece().cid());
  }

  /**
   * True where the policy is set and the edge knows it. Sets it, once metrics knows the data set;
   * one that was set before stays, whatever it says.
   */
  boolean isReached(Http http, StackFile stack) {
    if (!reached) {
      if (posted != CREATED && posted != CONFLICT && isKnown(http, stack)) {
        posted = post(http, stack);
      }
      reached =
          posted == CONFLICT
              || posted == CREATED && http.head(url(stack)).equals(Optional.of(UNAUTHORIZED));
    }
    return reached;
  }

  private boolean isKnown(Http http, StackFile stack) {
    return http.ask("%s/api/v1/data-sets/%d".formatted(stack.service("metrics"), number()))
        .filter(answer -> answer.statusCode() == OK)
        .isPresent();
  }

  private long number() {
    return dataSet.dataSetId();
  }

  private int post(Http http, StackFile stack) {
    return http.post(URI.create(stack.service("metrics") + "/api/v1/policies"), grant())
        .map(HttpResponse::statusCode)
        .orElse(0);
  }

  private String grant() {
    DelegateKey delegate = signer.delegate();
    RetrievalGrant grant =
        new RetrievalGrant(
            Demo.PAYER,
            List.of(Long.toString(number())),
            PolicyAccess.SIGNED.toString(),
            "0x" + HexFormat.of().formatHex(delegate.thumbprint()),
            delegate.jwk(),
            NONE,
            NONE,
            NONE,
            NONE,
            NONE,
            NONE,
            List.of(),
            List.of(),
            List.of(),
            serial);
    WalletKey wallet = WalletKey.of(DevnetAccount.PAYER.privateKey());
    return RecordJson.write(SignedGrant.of(grant, network, wallet));
  }

  /** The thing that is missing, for a person. */
  String missing() {
    return posted == CREATED
        ? "the policy of data set %d (expected status 401 of the edge, without a token)"
            .formatted(number())
        : "the policy of data set %d (expected status 201 of metrics, found %s)"
            .formatted(number(), posted == 0 ? "that it does not know the data set" : posted);
  }
}

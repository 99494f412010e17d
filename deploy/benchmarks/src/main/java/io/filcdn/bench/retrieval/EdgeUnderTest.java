package io.filcdn.bench.retrieval;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import io.filcdn.bench.run.BenchFailure;
import io.filcdn.bench.run.Checkout;
import io.filcdn.bench.run.Cores;
import io.filcdn.bench.run.Server;
import io.filcdn.common.access.AccessKey;
import io.filcdn.common.access.AccessKeyRecord;
import io.filcdn.common.access.DelegateKey;
import io.filcdn.common.access.KeyId;
import io.filcdn.common.access.KeyLimits;
import io.filcdn.common.access.KeyScope;
import io.filcdn.common.access.KeySecret;
import io.filcdn.common.access.PolicyAccess;
import io.filcdn.common.access.PolicyLimits;
import io.filcdn.common.access.PolicyRecord;
import io.filcdn.common.access.SecretHash;
import io.filcdn.common.chain.Address;
import io.filcdn.common.chain.BlockNumber;
import io.filcdn.common.chain.Epoch;
import io.filcdn.common.index.AsOf;
import io.filcdn.common.index.DataSetRecord;
import io.filcdn.common.index.PlacementRecord;
import io.filcdn.common.index.ProviderRecord;
import io.filcdn.common.kafka.RecordJson;
import io.filcdn.common.kafka.Topic;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.common.payment.PieceId;
import io.filcdn.common.payment.ProviderId;
import io.filcdn.common.payment.RailId;
import io.filcdn.common.piece.PieceCid;
import io.filcdn.common.proof.PieceTree;
import io.filcdn.testing.infra.KafkaProcess;
import io.filcdn.testing.process.FreePort;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * The retrieval service as it is deployed, with a Kafka of its own: the index comes, and usage
 * goes, as in production. One payer has all pieces, in a data set at each provider.
 */
final class EdgeUnderTest implements AutoCloseable {

  private static final Address PAYER = Address.of("0x" + "ab".repeat(20));

  /** The data set and the provider of all pieces that are not placed elsewhere. */
  private static final String FIRST = "fwss/1";

  private static final int LAST = 500;

  /** Behind all runs. */
  private static final Instant END = Instant.parse("2099-01-01T00:00:00Z");

  private final Server kafka;
  private final Contender edge;
  private final KafkaProducer<String, String> index;
  private final AtomicLong version = new AtomicLong();

  /**
   * @param origin the provider
   * @param settings environment beyond what every run has
   */
  EdgeUnderTest(Checkout checkout, Path folder, URI origin, Map<String, String> settings) {
    this(checkout, folder, origin, settings, Cores::measured);
  }

  /**
   * @param cores where it runs
   */
  EdgeUnderTest(
      Checkout checkout,
      Path folder,
      URI origin,
      Map<String, String> settings,
      UnaryOperator<List<String>> cores) {
    int kafkaPort = FreePort.find();
    this.kafka = kafka(folder.resolve("kafka"), kafkaPort);
    String brokers = "127.0.0.1:" + kafkaPort;
    this.index =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", brokers), new StringSerializer(), new StringSerializer());
    int port = FreePort.find();
    int management = FreePort.find();
    Map<String, String> environment = new HashMap<>(settings);
    environment.put("FILCDN_NETWORK", network(checkout).toString());
    environment.put("KAFKA_BOOTSTRAP_SERVERS", brokers);
    environment.put("QUARKUS_HTTP_HOST", "127.0.0.1");
    environment.put("QUARKUS_HTTP_PORT", Integer.toString(management));
    environment.put("FILCDN_RETRIEVAL_HTTP_HOST", "127.0.0.1");
    environment.put("FILCDN_RETRIEVAL_HTTP_PORT", Integer.toString(port));
    environment.put("FILCDN_RETRIEVAL_DATA", folder.resolve("data").toString());
    environment.put("FILCDN_RETRIEVAL_LEASES_SERVE_WITHOUT_LIMIT", "true");
    Server server = Server.start("filcdn", folder, cores.apply(command(checkout)), environment);
    this.edge = new Contender("filcdn", server.awaitPort(port), port, PAYER + ".localhost");
    addProvider(FIRST, origin);
  }

  private static Server kafka(Path folder, int port) {
    Path ready = folder.resolve("ready");
    List<String> command =
        List.of(
            Checkout.java(),
            "-XX:+UseSerialGC",
            "-Xmx192m",
            "-XX:TieredStopAtLevel=1",
            "-cp",
            Checkout.classPath(),
            KafkaProcess.class.getName(),
            folder.toString(),
            Integer.toString(port),
            ready.toString());
    Server server = Server.start("kafka", folder, Cores.other(command), Map.of());
    server.await("has its topics", Duration.ofSeconds(90), () -> Files.exists(ready));
    return server;
  }

  private static Path network(Checkout checkout) {
    return checkout.root().resolve("deploy").resolve("networks").resolve("devnet.json");
  }

  private static List<String> command(Checkout checkout) {
    Path jar = checkout.root().resolve("retrieval-service/target/quarkus-app/quarkus-run.jar");
    if (!Files.exists(jar)) {
      throw new BenchFailure("expected the retrieval service at %s: build it first".formatted(jar));
    }
    List<String> command = new ArrayList<>(List.of(Checkout.java()));
    command.addAll(checkout.edgeJavaOptions());
    command.addAll(List.of("-Xmx512m", "-XX:MaxDirectMemorySize=2g"));
    command.addAll(List.of(System.getProperty("filcdn.bench.jvm", "-Xshare:auto").split(" ")));
    command.addAll(List.of("-jar", jar.toString()));
    return command;
  }

  /** Adds a provider with a data set, both of that name. */
  void addProvider(String name, URI origin) {
    tell(
        Topic.PROVIDERS,
        name,
        new ProviderRecord(ProviderId.of(name), Optional.of(origin.toString()), false, asOf()));
    tell(Topic.DATA_SETS, name, dataSet(name));
  }

  private DataSetRecord dataSet(String name) {
    return new DataSetRecord(
        DataSetId.of(name),
        PAYER,
        ProviderId.of(name),
        PAYER,
        true,
        false,
        Optional.empty(),
        Optional.empty(),
        Optional.of(new DataSetRecord.Rail(new RailId(1), Optional.empty())),
        DataSetRecord.TopUps.NONE,
        DataSetRecord.Reported.NONE,
        Optional.empty(),
        DataSetRecord.Settled.NONE,
        asOf());
  }

  /** Puts pieces into the index, and waits until the edge knows of them. */
  void place(List<PieceCid> pieces) {
    place(pieces, List.of(FIRST));
  }

  /** Puts pieces into the index, each at all of these providers, and waits for the edge. */
  void place(List<PieceCid> pieces, List<String> providers) {
    for (PieceCid piece : pieces) {
      providers.forEach(provider -> place(piece, provider));
    }
    index.flush();
    // those before have come by then: of each partition some are among the last
    for (PieceCid piece : pieces.subList(Math.max(0, pieces.size() - LAST), pieces.size())) {
      edge.server()
          .await(
              "knows of a piece", Duration.ofSeconds(30), () -> Fetcher.status(edge, piece) == 200);
    }
  }

  private void place(PieceCid piece, String provider) {
    PlacementRecord placement =
        new PlacementRecord(
            piece,
            PAYER,
            DataSetId.of(provider),
            new PieceId(version.get() + 1),
            Map.of(),
            Optional.of(new Epoch(1)),
            asOf());
    tell(Topic.PLACEMENTS, placement.key().toString(), placement);
  }

  /** Gives the edge a piece's tree, and waits until it has it. */
  void putTree(PieceTree tree) {
    HttpRequest request =
        HttpRequest.newBuilder(
                URI.create("http://localhost:%d/trees/%s".formatted(edge.port(), tree.piece())))
            .PUT(HttpRequest.BodyPublishers.ofByteArray(tree.bytes()))
            .build();
    try (HttpClient client = HttpClient.newHttpClient()) {
      int status = client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
      if (status != 201) {
        throw new BenchFailure("expected 201 for a tree, found " + status);
      }
    } catch (IOException e) {
      throw new BenchFailure("the edge takes no tree: " + e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new BenchFailure("interrupted", e);
    }
  }

  /** A new key of the payer's, of which the edge has been told. */
  AccessKey newKey(PieceCid piece) {
    SecureRandom random = new SecureRandom();
    AccessKey key = AccessKey.generate("devnet", KeyId.random(random), random);
    AccessKeyRecord record =
        new AccessKeyRecord(
            key.id(),
            PAYER,
            List.of(new KeySecret(SecretHash.of(key.text()), Optional.empty())),
            Set.of(KeyScope.DOWNLOAD),
            KeyLimits.NONE,
            Instant.EPOCH,
            Optional.empty(),
            Optional.empty(),
            1);
    tell(Topic.KEYS, record.key(), record);
    edge.server()
        .await("knows of a key", Duration.ofSeconds(30), () -> isServed(piece, key.text()));
    return key;
  }

  /**
   * Tokens for a piece, each another, by a delegate of whom the edge has been told; none is needed.
   */
  Supplier<String> newSigner(PieceCid piece) {
    try {
      ECKey key = new ECKeyGenerator(Curve.P_256).generate();
      DelegateKey delegate =
          new DelegateKey("P-256", "EC", key.getX().toString(), key.getY().toString());
      PolicyRecord policy =
          new PolicyRecord(
              PAYER,
              Optional.empty(),
              PolicyAccess.PUBLIC,
              Optional.of(delegate),
              Optional.empty(),
              Optional.empty(),
              PolicyLimits.NONE,
              version.incrementAndGet());
      tell(Topic.POLICIES, policy.key(), policy);
      ECDSASigner signer = new ECDSASigner(key);
      AtomicLong made = new AtomicLong();
      Supplier<String> tokens = () -> signed(signer, delegate.kid(), piece, made.incrementAndGet());
      String first = tokens.get();
      edge.server()
          .await("knows of a policy", Duration.ofSeconds(30), () -> isServed(piece, first));
      return tokens;
    } catch (JOSEException e) {
      throw unsigned(e);
    }
  }

  private static String signed(ECDSASigner signer, String kid, PieceCid piece, long number) {
    SignedJWT token =
        new SignedJWT(
            new JWSHeader.Builder(JWSAlgorithm.ES256).keyID(kid).build(),
            new JWTClaimsSet.Builder()
                .claim("cdniuc", piece.toString())
                .jwtID(Long.toString(number))
                .expirationTime(Date.from(END))
                .build());
    try {
      token.sign(signer);
    } catch (JOSEException e) {
      throw unsigned(e);
    }
    return token.serialize();
  }

  private static BenchFailure unsigned(JOSEException cause) {
    return new BenchFailure("a token cannot be signed: " + cause.getMessage(), cause);
  }

  private boolean isServed(PieceCid piece, String credential) {
    HttpRequest request =
        HttpRequest.newBuilder(
                URI.create("http://localhost:%d/%s/%s".formatted(edge.port(), PAYER, piece)))
            .header("Authorization", "Bearer " + credential)
            .build();
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode() == 200;
    } catch (IOException e) {
      throw new BenchFailure("the edge cannot be asked with a key: " + e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new BenchFailure("interrupted", e);
    }
  }

  private AsOf asOf() {
    return new AsOf(new BlockNumber(1), version.incrementAndGet());
  }

  private void tell(Topic topic, String key, Object value) {
    try {
      index.send(new ProducerRecord<>(topic.topicName(), key, RecordJson.write(value))).get();
    } catch (ExecutionException e) {
      throw new BenchFailure("the index cannot be written to Kafka: " + e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new BenchFailure("interrupted", e);
    }
  }

  Contender contender() {
    return edge;
  }

  @Override
  public void close() {
    edge.close();
    index.close();
    kafka.close();
  }
}

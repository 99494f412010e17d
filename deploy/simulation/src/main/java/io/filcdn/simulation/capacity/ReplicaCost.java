package io.filcdn.simulation.capacity;

import io.filcdn.common.chain.Address;
import io.filcdn.common.chain.BlockNumber;
import io.filcdn.common.chain.Epoch;
import io.filcdn.common.index.AsOf;
import io.filcdn.common.index.PlacementRecord;
import io.filcdn.common.kafka.RecordJson;
import io.filcdn.common.kafka.Topic;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.common.payment.Generation;
import io.filcdn.common.payment.PieceId;
import io.filcdn.common.piece.CommP;
import io.filcdn.common.piece.PieceCid;
import io.filcdn.retrieval.admission.IndexReplica;
import io.filcdn.simulation.traffic.Chance;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * The cost of the copy of the index that each edge has, measured: records of placements go into a
 * real replica.
 *
 * @param bytesInKafka of a placement, key and value
 * @param bytesOnDisk of a placement in the replica
 * @param perSecond placements that one thread takes in
 */
public record ReplicaCost(double bytesInKafka, double bytesOnDisk, double perSecond) {

  private static final int BATCH = 2_000;
  private static final int PIECES_OF_ONE = 1_000;

  /** Measures it in an empty folder, which is deleted afterwards. */
  public static ReplicaCost measure(int placements, Path folder, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    long sent = 0;
    long nanos = 0;
    try (IndexReplica replica = IndexReplica.open(Files.createDirectories(folder))) {
      for (int first = 0; first < placements; first += BATCH) {
        List<ConsumerRecord<String, String>> batch = new ArrayList<>();
        for (int number = first; number < first + BATCH; number++) {
          PlacementRecord placement = placement(number, random);
          String key = placement.key().toString();
          String value = RecordJson.write(placement);
          sent += key.length() + value.length();
          batch.add(new ConsumerRecord<>(Topic.PLACEMENTS.topicName(), 0, number, key, value));
        }
        long begun = System.nanoTime();
        replica.apply(batch, Map.of(), Optional.empty());
        nanos += System.nanoTime() - begun;
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write to " + folder, e);
    }
    long bytes = size(folder);
    delete(folder);
    return new ReplicaCost(
        (double) sent / placements, (double) bytes / placements, placements / (nanos / 1e9));
  }

  private static PlacementRecord placement(int number, RandomGenerator random) {
    CommP root =
        new CommP(random.nextLong(), random.nextLong(), random.nextLong(), random.nextLong() >>> 2);
    long size = Chance.size(random);
    int dataSet = number / PIECES_OF_ONE;
    return new PlacementRecord(
        new PieceCid(root, PieceCid.heightFor(size), size),
        Address.of("0x%040x".formatted(dataSet * 0x9e3779b97f4a7c15L >>> 1)),
        new DataSetId(Generation.FWSS, dataSet),
        new PieceId(number % PIECES_OF_ONE),
        Map.of(),
        Optional.of(new Epoch(number)),
        new AsOf(new BlockNumber(number), number));
  }

  private static long size(Path folder) {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.filter(Files::isRegularFile).mapToLong(file -> file.toFile().length()).sum();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + folder, e);
    }
  }

  private static void delete(Path folder) {
    try (Stream<Path> files = Files.walk(folder)) {
      files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
    } catch (IOException e) {
      throw new UncheckedIOException("cannot delete " + folder, e);
    }
  }
}

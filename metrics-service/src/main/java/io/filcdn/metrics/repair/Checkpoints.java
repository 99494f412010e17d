package io.filcdn.metrics.repair;

import io.filcdn.service.database.Database;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import org.jboss.logging.Logger;

/** The taking of checkpoints when they are due, by whichever process comes first. */
public final class Checkpoints {

  private static final Logger LOG = Logger.getLogger(Checkpoints.class);

  private final Database database;
  private final PostgresCheckpoints tables = new PostgresCheckpoints();
  private final Duration every;
  private final int keep;
  private final Clock clock;

  public Checkpoints(Database database, Duration every, int keep, Clock clock) {
    this.database = database;
    this.every = every;
    this.keep = keep;
    this.clock = clock;
  }

  /** Takes one if the last is old enough. */
  public void takeIfDue() {
    database.run(
        connection -> {
          tables.freeze(connection);
          tables.hold(connection);
          Instant now = clock.instant();
          boolean due =
              tables.lastTaken(connection).map(last -> !last.plus(every).isAfter(now)).orElse(true);
          if (due) {
            LOG.infof("checkpoint %d is taken", tables.take(connection, now, keep));
          }
        });
  }
}

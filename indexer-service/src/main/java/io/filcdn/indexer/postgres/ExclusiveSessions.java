package io.filcdn.indexer.postgres;

import io.filcdn.indexer.postgres.ExclusiveSession.Purpose;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import javax.sql.DataSource;

/** The exclusive sessions of this process, one for each purpose. */
public final class ExclusiveSessions implements AutoCloseable {

  private final Map<Purpose, ExclusiveSession> sessions = new EnumMap<>(Purpose.class);

  /**
   * @param first the work with which each session that is taken begins
   */
  public ExclusiveSessions(DataSource database, SqlWork<?> first) {
    for (Purpose purpose : Purpose.values()) {
      sessions.put(purpose, new ExclusiveSession(database, purpose, first));
    }
  }

  /** The session for a purpose. */
  public ExclusiveSession of(Purpose purpose) {
    return Objects.requireNonNull(sessions.get(purpose));
  }

  /** Gives all of them up. */
  @Override
  public void close() {
    sessions.values().forEach(ExclusiveSession::close);
  }
}

package io.filcdn.metrics.credits;

import io.filcdn.common.credit.CreditAccount;
import io.filcdn.common.credit.CreditAmount;
import io.filcdn.common.credit.CreditEntryRecord.ReservationName;
import io.filcdn.common.credit.CreditKind;
import io.filcdn.metrics.credits.LockedBooks.CollisionException;
import io.filcdn.metrics.credits.Reservation.Part;
import io.filcdn.metrics.credits.Reservation.State;
import io.filcdn.service.database.Columns;
import java.math.BigDecimal;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The tables of balances, grants, reservations and entries, as operations change them: all they
 * need is locked and read in one trip, and stored in another. Each method works in the caller's
 * transaction.
 */
final class PostgresBooks {

  /** The most reservations of a book that a transaction times out. */
  static final int MOST_DUE = 1000;

  /** The books that are asked for, and those of reservations that are. */
  private static final String WANTED =
      """
      (select account, kind from unnest(?, ?) as told (account, kind)
      union select account, kind from credit_reservation where service = ? and id = any (?)) wanted
      """;

  /** In one order, so that no two transactions wait for each other. */
  private static final String LOCK =
      """
      select b.account, b.kind, b.available, b.held, b.used, b.paid_on_chain
      from %s join credit_balance b on b.account = wanted.account and b.kind = wanted.kind
      order by b.account, b.kind for update of b
      """
          .formatted(WANTED);

  private static final String RESERVATION =
      """
      service, id, account, kind, amount, committed, grants, parts, state, expires_at, closed_at
      """;

  private static final String RESERVATIONS =
      """
      select %1$s from credit_reservation where service = ? and id = any (?)
      union
      select %1$s from %2$s cross join lateral (
        select r.service, r.id, r.amount, r.committed, r.grants, r.parts, r.state, r.expires_at,
          r.closed_at
        from credit_reservation r
        where r.account = wanted.account and r.kind = wanted.kind and r.state = 'open'
          and r.expires_at <= ? order by r.expires_at limit %3$d) due
      """
          .formatted(RESERVATION, WANTED, MOST_DUE);

  private static final String GRANTS =
      """
      select g.number, g.account, g.kind, g.priority, g.remaining, g.held, g.expires_at, g.ended
      from %s cross join lateral (
        select * from credit_grant g where g.account = wanted.account and g.kind = wanted.kind
          and ((g.ended is null and g.remaining > 0) or g.held > 0) offset 0) g
      """
          .formatted(WANTED);

  /** Each statement sees what was committed before it began, so the last what was locked. */
  private static final String LOAD = String.join(";", LOCK, RESERVATIONS, GRANTS);

  private static final String SAVE_BALANCES =
      """
      update credit_balance b set available = told.available, held = told.held, used = told.used,
        paid_on_chain = told.paid
      from unnest(?, ?, ?, ?, ?, ?) as told (account, kind, available, held, used, paid)
      where b.account = told.account and b.kind = told.kind
      """;

  private static final String SAVE_GRANTS =
      """
      update credit_grant g set remaining = told.remaining, held = told.held, ended = told.ended
      from unnest(?, ?, ?, ?) as told (number, remaining, held, ended)
      where g.number = told.number
      """;

  private static final String ADD_RESERVATIONS =
      """
      insert into credit_reservation (service, id, account, kind, amount, committed, grants, parts,
        state, expires_at, closed_at)
      select service, id, account, kind, amount, committed, grants::bigint[], parts::numeric[],
        state, expires_at::timestamptz, closed_at::timestamptz
      from unnest(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) as told (service, id, account, kind, amount,
        committed, grants, parts, state, expires_at, closed_at)
      order by service, id
      on conflict do nothing
      """;

  private static final String SAVE_RESERVATIONS =
      """
      update credit_reservation r set committed = told.committed, state = told.state,
        expires_at = told.expires_at::timestamptz, closed_at = told.closed_at::timestamptz
      from unnest(?, ?, ?, ?, ?, ?) as told (service, id, committed, state, expires_at, closed_at)
      where r.service = told.service and r.id = told.id
      """;

  private static final String ADD_ENTRIES =
      """
      with added as (
        insert into credit_entry (account, kind, debit, credit, amount, cause, grant_number,
          service, reservation, at)
        select account, kind, debit, credit, amount, cause, grant_number, service, reservation,
          at::timestamptz
        from unnest(?, ?, ?, ?, ?, ?, ?, ?, ?, ?) with ordinality as told (account, kind, debit,
          credit, amount, cause, grant_number, service, reservation, at, place)
        order by place
        returning number)
      insert into credit_outbox (entry) select number from added
      """;

  private static final String SAVE =
      String.join(
          ";", ADD_RESERVATIONS, SAVE_BALANCES, SAVE_GRANTS, SAVE_RESERVATIONS, ADD_ENTRIES);

  /** The books and reservations that a transaction is about. */
  record Wanted(Collection<BookKey> books, String service, Collection<String> ids) {}

  /** Makes the row of a book that nobody has had. */
  void open(Connection connection, BookKey key) throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement(
            "insert into credit_balance (account, kind) values (?, ?) on conflict do nothing")) {
      statement.setString(1, key.account().name());
      statement.setString(2, key.kind().toString());
      statement.executeUpdate();
    }
  }

  /**
   * Locks books, and reads what is in them.
   *
   * @throws CollisionException where a reservation was made meanwhile
   */
  LockedBooks lock(Connection connection, Wanted wanted, Instant now) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(LOAD)) {
      int bound = bindWanted(0, statement, wanted);
      statement.setString(bound + 1, wanted.service);
      statement.setArray(bound + 2, texts(connection, wanted.ids));
      bound = bindWanted(bound + 2, statement, wanted);
      statement.setObject(bound + 1, now.atOffset(ZoneOffset.UTC));
      bindWanted(bound + 1, statement, wanted);
      statement.execute();
      Map<BookKey, Balance> balances;
      try (ResultSet rows = statement.getResultSet()) {
        balances = balances(rows);
      }
      List<Reservation> reservations = new ArrayList<>();
      statement.getMoreResults();
      try (ResultSet rows = statement.getResultSet()) {
        while (rows.next()) {
          reservations.add(reservation(rows));
        }
      }
      statement.getMoreResults();
      try (ResultSet rows = statement.getResultSet()) {
        return new LockedBooks(books(balances, grants(rows), now), reservations);
      }
    }
  }

  private static int bindWanted(int first, PreparedStatement statement, Wanted wanted)
      throws SQLException {
    Columns.after(first, statement, wanted.books)
        .text(key -> key.account().name())
        .text(key -> key.kind().toString());
    statement.setString(first + 3, wanted.service);
    statement.setArray(first + 4, texts(statement.getConnection(), wanted.ids));
    return first + 4;
  }

  private static Array texts(Connection connection, Collection<String> texts) throws SQLException {
    return connection.createArrayOf("text", texts.toArray(String[]::new));
  }

  private static List<Book> books(
      Map<BookKey, Balance> balances, Map<BookKey, List<Grant>> grants, Instant now) {
    List<Book> books = new ArrayList<>();
    balances.forEach(
        (key, balance) ->
            books.add(new Book(key, balance, grants.getOrDefault(key, List.of()), now)));
    return books;
  }

  private static Map<BookKey, Balance> balances(ResultSet rows) throws SQLException {
    Map<BookKey, Balance> balances = new LinkedHashMap<>();
    while (rows.next()) {
      balances.put(key(rows), balance(rows));
    }
    return balances;
  }

  static BookKey key(ResultSet row) throws SQLException {
    return new BookKey(
        new CreditAccount(row.getString("account")), CreditKind.of(row.getString("kind")));
  }

  static Balance balance(ResultSet row) throws SQLException {
    return new Balance(
        amount(row, "available"),
        amount(row, "held"),
        amount(row, "used"),
        amount(row, "paid_on_chain"));
  }

  static CreditAmount amount(ResultSet row, String column) throws SQLException {
    return new CreditAmount(row.getBigDecimal(column).toBigIntegerExact());
  }

  static @Nullable Instant time(ResultSet row, String column) throws SQLException {
    OffsetDateTime time = row.getObject(column, OffsetDateTime.class);
    return time == null ? null : time.toInstant();
  }

  private static Map<BookKey, List<Grant>> grants(ResultSet rows) throws SQLException {
    Map<BookKey, List<Grant>> grants = new LinkedHashMap<>();
    while (rows.next()) {
      grants.computeIfAbsent(key(rows), _ -> new ArrayList<>()).add(grant(rows));
    }
    return grants;
  }

  static Grant grant(ResultSet row) throws SQLException {
    return new Grant(
        row.getLong("number"),
        row.getInt("priority"),
        amount(row, "remaining"),
        amount(row, "held"),
        Optional.ofNullable(time(row, "expires_at")),
        Optional.ofNullable(row.getString("ended")).map(GrantEnd::of));
  }

  private static Reservation reservation(ResultSet row) throws SQLException {
    Long[] grants = (Long[]) row.getArray("grants").getArray();
    BigDecimal[] amounts = (BigDecimal[]) row.getArray("parts").getArray();
    List<Part> parts = new ArrayList<>();
    for (int i = 0; i < grants.length; i++) {
      parts.add(new Part(grants[i], new CreditAmount(amounts[i].toBigIntegerExact())));
    }
    OffsetDateTime expires = row.getObject("expires_at", OffsetDateTime.class);
    return new Reservation(
        new ReservationName(row.getString("service"), row.getString("id")),
        key(row),
        amount(row, "amount"),
        amount(row, "committed"),
        parts,
        State.of(row.getString("state")),
        expires.toInstant(),
        Optional.ofNullable(time(row, "closed_at")));
  }

  /**
   * Stores what became of locked books.
   *
   * @throws CollisionException where another transaction made one of the reservations that are
   *     added
   */
  void save(Connection connection, LockedBooks locked, Instant now) throws SQLException {
    List<Entry> entries = locked.entries();
    List<Reservation> added = locked.added();
    // a grant of which all is held ends without an entry
    boolean grantsChanged =
        locked.books().stream().anyMatch(book -> !book.changedGrants().isEmpty());
    if (entries.isEmpty() && added.isEmpty() && locked.changed().isEmpty() && !grantsChanged) {
      return;
    }
    try (PreparedStatement statement = connection.prepareStatement(SAVE)) {
      bindReservations(statement, added);
      bindBalances(statement, locked.books());
      bindGrants(statement, locked.books());
      bindChanges(statement, locked.changed());
      bindEntries(statement, entries, now);
      statement.execute();
      if (statement.getUpdateCount() != added.size()) {
        throw new CollisionException();
      }
    }
  }

  private static void bindReservations(PreparedStatement statement, List<Reservation> added)
      throws SQLException {
    Columns.of(statement, added)
        .text(r -> r.name().service())
        .text(r -> r.name().id())
        .text(r -> r.book().account().name())
        .text(r -> r.book().kind().toString())
        .numeric(r -> decimal(r.amount()))
        .numeric(r -> decimal(r.committed()))
        .text(r -> array(r.parts(), part -> Long.toString(part.grant())))
        .text(r -> array(r.parts(), part -> part.amount().toString()))
        .text(r -> r.state().toString())
        .text(r -> r.expires().toString())
        .text(r -> r.closed().map(Instant::toString).orElse(null));
  }

  private static void bindBalances(PreparedStatement statement, Collection<Book> books)
      throws SQLException {
    Columns.after(11, statement, books)
        .text(book -> book.key().account().name())
        .text(book -> book.key().kind().toString())
        .numeric(book -> decimal(book.balance().available()))
        .numeric(book -> decimal(book.balance().held()))
        .numeric(book -> decimal(book.balance().used()))
        .numeric(book -> decimal(book.balance().paidOnChain()));
  }

  private static void bindGrants(PreparedStatement statement, Collection<Book> books)
      throws SQLException {
    List<Grant> changed = books.stream().flatMap(book -> book.changedGrants().stream()).toList();
    Columns.after(17, statement, changed)
        .bigint(Grant::number)
        .numeric(grant -> decimal(grant.remaining()))
        .numeric(grant -> decimal(grant.held()))
        .text(grant -> grant.ended().map(GrantEnd::toString).orElse(null));
  }

  private static void bindChanges(PreparedStatement statement, List<Reservation> changed)
      throws SQLException {
    Columns.after(21, statement, changed)
        .text(r -> r.name().service())
        .text(r -> r.name().id())
        .numeric(r -> decimal(r.committed()))
        .text(r -> r.state().toString())
        .text(r -> r.expires().toString())
        .text(r -> r.closed().map(Instant::toString).orElse(null));
  }

  private static void bindEntries(PreparedStatement statement, List<Entry> entries, Instant now)
      throws SQLException {
    Columns.after(27, statement, entries)
        .text(entry -> entry.book().account().name())
        .text(entry -> entry.book().kind().toString())
        .text(entry -> entry.debit().toString())
        .text(entry -> entry.credit().toString())
        .numeric(entry -> decimal(entry.amount()))
        .text(entry -> entry.cause().toString())
        .bigint(entry -> entry.grant().orElse(null))
        .text(entry -> entry.reservation().map(ReservationName::service).orElse(null))
        .text(entry -> entry.reservation().map(ReservationName::id).orElse(null))
        .text(_ -> now.toString());
  }

  static BigDecimal decimal(CreditAmount amount) {
    return new BigDecimal(amount.units());
  }

  /** Numbers as Postgres writes an array. */
  private static String array(List<Part> parts, Function<Part, String> number) {
    return parts.stream().map(number).collect(Collectors.joining(",", "{", "}"));
  }
}

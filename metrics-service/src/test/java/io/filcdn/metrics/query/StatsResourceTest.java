package io.filcdn.metrics.query;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.filcdn.common.payment.TokenAmount;
import io.filcdn.common.piece.ByteCount;
import io.filcdn.metrics.Samples;
import io.filcdn.metrics.quota.QuotaTerms;
import io.filcdn.service.database.Database;
import io.filcdn.service.database.Database.DatabaseException;
import io.filcdn.service.problem.HttpProblem;
import jakarta.ws.rs.core.Response;
import org.junit.jupiter.api.Test;
import org.postgresql.ds.PGSimpleDataSource;

class StatsResourceTest {

  @Test
  void withoutTheDatabaseClientsAreAskedToComeBack() {
    PGSimpleDataSource nowhere = new PGSimpleDataSource();
    nowhere.setURL("jdbc:postgresql://127.0.0.1:1/metrics");
    TokenAmount rate = TokenAmount.of(7);
    UsageQueries queries =
        new UsageQueries(
            new Database(nowhere), new QuotaTerms(rate, rate, TokenAmount.ZERO, ByteCount.ZERO));

    var outage =
        catchThrowableOfType(DatabaseException.class, () -> queries.quota(Samples.dataSet(12)));
    Response answer = new DatabaseExceptionMapper().outage(outage);

    assertThat(answer.getStatus()).isEqualTo(503);
    assertThat(answer.getHeaderString("Retry-After")).isEqualTo("5");
    assertThat(answer.getEntity())
        .isEqualTo(HttpProblem.of(503, "database-unavailable", "the database does not answer"));
  }
}

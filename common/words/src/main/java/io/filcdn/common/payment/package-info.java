/** Words of the payment contracts: data sets, providers, pieces, rails and amounts. */
@NullMarked
package io.filcdn.common.payment;

import org.jspecify.annotations.NullMarked;

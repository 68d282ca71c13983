from pandas import DataFrame

print(DataFrame())
